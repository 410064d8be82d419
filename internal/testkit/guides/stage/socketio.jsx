// What the second guide leaves to its reader: the list, the indicator, the input, and who is signed in.
import { mount } from './mount.js'
import { signIn } from './AuthContext'

globalThis.guide = {
  joins: 0,
  sockets: [],
  async mount(roomId) {
    await signIn()
    guide.unmount = mount(<SocketProvider><ChatRoom roomId={roomId} /></SocketProvider>)
  },
}

function MessageList({ messages }) {
  return <div className="messages">{messages.map(m => <p key={m.id}><b>{m.user.fullName}</b> {m.text}</p>)}</div>
}

function TypingIndicator({ users }) {
  return <div>{users.map(user => <span className="typing-user" key={user.id}>{user.fullName}</span>)}</div>
}

function MessageInput({ onSend, onTyping, onStopTyping }) {
  Object.assign(guide, { send: onSend, input: onTyping, stop: onStopTyping })
  return null
}
