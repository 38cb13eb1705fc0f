// Validates the OpenAPI document on standard input against the published schema of its version.
import { Validator } from '@seriousme/openapi-schema-validator'

let text = ''
for await (const piece of process.stdin) text += piece
const validator = new Validator()
const said = await validator.validate(JSON.parse(text))
if (!said.valid || validator.version !== '3.1') {
	console.log(JSON.stringify({ version: validator.version, errors: said.errors }, null, 1))
	process.exit(1)
}
