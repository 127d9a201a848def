const cpanel = require('cpanel-lib')

const client = cpanel.createClient({
  host: '127.0.0.1',
  port: 2082,
  secure: false,
  username: 'user',
  password: '12345luggage'
})
const subject = {
  city: 'Houston',
  company: 'cPanel',
  country: 'US',
  host: 'example.com',
  state: 'Texas'
}
client.callApi2('SSL', 'gencsr', subject, (error, answer) => {
  if (error) throw error
  console.log(answer.cpanelresult.data[0].output)
})
