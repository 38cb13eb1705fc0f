// Validates N-Triples against SHACL shapes in Turtle: node shacl.mjs SHAPES DATA. Prints a line a violation, ends with 1
// when there is one, and with 2 when a shape has nothing to look at (an empty file would conform).
import { readFileSync } from 'node:fs'
import { Parser, Store } from 'n3'
import Validator from 'rdf-validate-shacl'

const [shapes, data] = process.argv.slice(2, 4).map((path) => new Store(new Parser().parse(readFileSync(path, 'utf8'))))
const type = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'
const classes = ['http://www.w3.org/ns/dcat#Catalog', 'http://www.w3.org/ns/dcat#Dataset', 'http://www.w3.org/ns/dcat#Distribution']
const missing = classes.filter((c) => data.countQuads(null, type, c, null) === 0)
if (missing.length) {
  console.log('nothing to validate: no node of ' + missing.join(', '))
  process.exit(2)
}
const report = await new Validator(shapes).validate(data)
for (const r of report.results)
  console.log([r.focusNode?.value, r.path?.value, r.value?.value, r.message.map((m) => m.value).join(' '), r.sourceConstraintComponent?.value].join(' | '))
process.exit(report.conforms ? 0 : 1)
