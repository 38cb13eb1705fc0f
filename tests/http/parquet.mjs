// Reads the Parquet file that is named with hyparquet: its rows as JSON, and the keys of its footer.
import { readFileSync } from 'node:fs'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const bytes = readFileSync(process.argv[2])
const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
const plain = (_, x) => typeof x === 'bigint' ? Number(x) : x
const keys = Object.fromEntries((parquetMetadata(file).key_value_metadata ?? []).map(k => [k.key, k.value]))
console.log(JSON.stringify({ rows: await parquetReadObjects({ file, compressors }), keys }, plain))
