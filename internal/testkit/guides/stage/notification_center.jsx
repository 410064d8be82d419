// What the second guide leaves to its reader: the popover's parts, the toast, the router, and who is signed in.
import { mount } from './mount.js'
import { signIn } from './AuthContext'

globalThis.guide = {
  joins: 0,
  sockets: [],
  toasts: [],
  async mount() {
    await signIn()
    guide.unmount = mount(<SocketProvider><NotificationCenter /></SocketProvider>)
  },
}

const toast = (title, options) => guide.toasts.push({ title, ...options })
const navigate = url => { guide.at = url }
const Popover = ({ children }) => <div>{children}</div>
const PopoverTrigger = ({ children }) => <button>{children}</button>
const PopoverContent = ({ children }) => <ul>{children}</ul>
const Bell = () => <span>bell</span>
const Badge = ({ children }) => <b className="badge">{children}</b>

function NotificationItem({ notification, onRead }) {
  return <li data-read={notification.read}>{notification.title} <button onClick={onRead}>read</button></li>
}
