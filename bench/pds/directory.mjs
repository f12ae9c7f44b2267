// The directory in which the PDS of bench/pds.py enters its accounts: directory.mjs PORT. On loopback alone, kept in
// memory; it ends at SIGTERM.
import { Database, PlcServer } from '@did-plc/server'

const [port] = process.argv.slice(2)
const directory = PlcServer.create({ db: Database.mock(), port: Number(port) })
const listen = directory.app.listen.bind(directory.app)
directory.app.listen = (port) => listen(port, '127.0.0.1')

await directory.start()
process.on('SIGTERM', () => directory.destroy())
console.log(`http://127.0.0.1:${port}`)
