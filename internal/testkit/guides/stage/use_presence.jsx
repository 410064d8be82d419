// What the second guide leaves to its reader: who is asked about, where it is shown, and who is signed in.
import { mount } from './mount.js'
import { signIn } from './AuthContext'

globalThis.guide = {
  joins: 0,
  sockets: [],
  async mount(userId) {
    await signIn()
    const userIds = [userId]
    guide.unmount = mount(<SocketProvider><People userIds={userIds} /></SocketProvider>)
  },
}

function People({ userIds }) {
  const { connected } = useSocket()
  const presence = usePresence(userIds)
  return <ul data-connected={connected}>{userIds.map(id => <li key={id}>{presence[id]?.status} {presence[id]?.lastSeen}</li>)}</ul>
}
