// The first guide's search is a component of its own: it only has to be put somewhere.
import { mount } from './mount.js'

globalThis.guide = {
  mount() { guide.unmount = mount(<LiveSearch />) },
}
