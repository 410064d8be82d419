package jstest_test

import (
	"testing"
)

func TestDialectTranslatesEvents(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		window.got = []
		for (const name of ['chat:message', 'room:userJoined', 'room:userLeft', 'presence:update', 'notification:read', 'notification:allRead']) {
			io.socket.on(name, ({ user, id, text, userId, status }) => got.push([name, user?.fullName ?? id ?? userId ?? null, text ?? status ?? null]))
		}`)
	c.event("newMessage", `{"id":1,"text":"hi","sender":{"fullName":"Maya"}}`, "")
	c.event("userJoined", `{"userId":8,"user":{"fullName":"Theo"}}`, "")
	c.event("userLeft", `{"userId":8,"user":{"fullName":"Theo"}}`, "")
	c.event("presenceUpdated", `{"userId":8,"status":"away"}`, "")
	c.event("notificationRead", `{"id":5}`, "")
	c.event("notificationsAllRead", `{"unreadCount":0}`, "")
	p.want(`got`, `[["chat:message","Maya","hi"],["room:userJoined","Theo",null],["room:userLeft","Theo",null],`+
		`["presence:update",8,"away"],["notification:read",5,null],["notification:allRead",null,null]]`)
}

func TestDialectSubscribesToPresenceOnce(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		window.got = []
		const twice = ({ status }) => got.push(status)
		io.socket.on('presence:update', twice)
		io.socket.off('presence:update', twice)
		io.socket.on('presence:update', twice)
		io.socket.get('/next')`)
	c.reply(c.wants("GET /api/presence/subscribe"), 200, `[]`)
	c.wants("GET /next")
	c.event("presenceUpdated", `{"userId":8,"status":"away"}`, "")
	p.want(`got`, `["away"]`)
}

func TestDialectListenerCanBeRemoved(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		window.got = []
		window.message = () => got.push('alias')
		io.socket.on('chat:message', message)
		io.socket.on('newMessage', () => got.push('own'))`)
	c.event("newMessage", `{"id":1}`, "")
	p.want(`got`, `["own","alias"]`)
	p.run(`io.socket.off('chat:message', message)`)
	c.event("newMessage", `{"id":2}`, "")
	p.want(`got`, `["own","alias","own"]`)
}

func TestDialectTypingStartsOnceAndStopsByItself(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		window.got = []
		for (const name of ['typing:start', 'typing:stop']) io.socket.on(name, ({ user }) => got.push([name, user.id]))`)
	typing := func(on string) { c.event("typing", `{"userId":8,"roomId":3,"isTyping":`+on+`,"user":{"id":8}}`, "") }
	typing("true")
	typing("true")
	typing("false")
	typing("false")
	p.want(`got`, `[["typing:start",8],["typing:stop",8]]`)
	typing("true")
	p.want(`got.slice(2)`, `[["typing:start",8],["typing:stop",8]]`)
}

func TestDialectEmitSendsRequests(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		record('newMessage')
		window.got = []
		io.socket.on('chat:message', message => got.push([message.text, message.user.id]))
		io.socket.emit('room:join', 3)
		io.socket.emit('typing:start', 3)
		io.socket.emit('typing:stop', 3)
		io.socket.emit('chat:message', { roomId: 3, text: 'hi' })
		io.socket.emit('room:leave', 3)`)
	c.wants("GET /api/chat/join roomId=3")
	c.wants("POST /api/chat/typing isTyping=true roomId=3")
	c.wants("POST /api/chat/typing isTyping=false roomId=3")
	send := c.wants("POST /api/chat/send roomId=3 text=hi")
	c.wants("GET /api/chat/leave roomId=3")
	c.reply(send, 200, `{"id":1,"text":"hi","sender":{"id":7}}`)
	p.want(`[got, recorded]`, `[[["hi",7]],[]]`)
}

func TestSocketExchangesATokenForATicket(t *testing.T) {
	s := newServer(t)
	s.head = fastClock + `<script src="/js/socket.js" data-auto-connect="false"></script>`
	p := s.open("")
	p.run(`
		window.got = []
		window.mine = io(location.origin, { auth: { token: 'good' }, transports: ['websocket'], reconnectionDelay: 1000 })
		for (const name of ['connect', 'disconnect']) mine.on(name, () => got.push(name))`)
	c := s.accept()
	if ticket := c.query.Get("ticket"); ticket != "t1" {
		t.Errorf("ticket %q", ticket)
	}
	p.want(`[got, mine.connected, io.socket.connected]`, `[["connect"],true,false]`)
	c.cut()
	s.accept()
	p.want(`got`, `["connect","disconnect","connect"]`)
	p.run(`mine.close()`)
	p.want(`[got.at(-1), mine.connected]`, `["disconnect",false]`)
}

func TestSocketReportsABadTokenAndDoesNotRetry(t *testing.T) {
	s := newServer(t)
	s.head = fastClock + `<script src="/js/socket.js" data-auto-connect="false"></script>`
	p := s.open("")
	p.run(`
		window.got = []
		window.mine = io(undefined, { auth: { token: 'bad' } })
		mine.on('connect_error', error => got.push(error.message))`)
	p.want(`[got, mine.isConnecting()]`, `[["Authentication failed"],false]`)
}
