// Makes a key and a CSR with cpanel-lib, lists both, and prints the four answers as one JSON list.
// Arguments: port, login, password, account, host.
const { promisify } = require('util')
const cpanel = require('cpanel-lib')

const [port, username, password, account, host] = process.argv.slice(2)
const client = cpanel.createClient({ host: '127.0.0.1', port, secure: false, username, password })
const call = promisify((name, query, done) => client.callApi2('SSL', name, query, account, done))
const subject = { city: 'Köln', company: 'A & B', country: 'DE', host, state: 'Nordrhein-Westfalen' }

async function main () {
  const answers = [
    await call('genkey', { host }),
    await call('gencsr', subject),
    await call('listkeys', {}),
    await call('listcsrs', {})
  ]
  console.log(JSON.stringify(answers))
}

main().catch(error => {
  console.error(error)
  process.exitCode = 1
})
