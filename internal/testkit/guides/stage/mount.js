// The root of a guide's component in a page that knows nothing of it.
import { createRoot } from 'react-dom/client'

export function mount(element) {
  const place = document.createElement('div')
  place.id = 'guide'
  document.body.append(place)
  const root = createRoot(place)
  root.render(element)
  return () => {
    root.unmount()
    place.remove()
  }
}

/** Counts the joins that were answered: from then on a person hears the room. */
export function countJoins(socket) {
  socket.tap(({ direction, name }) => {
    if (direction === 'in' && name === 'GET /api/chat/join') guide.joins++
  })
}
