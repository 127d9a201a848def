// Makes a key and a CSR with cpanel-lib, lists both, and prints the four answers as one JSON list.
// Arguments: http or https, port, login, password or access hash, account, host.
const { promisify } = require('util')
const cpanel = require('cpanel-lib')

const [scheme, port, username, secret, account, host] = process.argv.slice(2)
const credentials = secret.length > 32 ? { accessKey: secret } : { password: secret }
const client = cpanel.createClient({
  host: '127.0.0.1',
  port,
  secure: scheme === 'https',
  ignoreCertError: true,
  username,
  ...credentials
})
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
