package jstest_test

import (
	"fmt"
	"strings"
	"testing"
)

// follow subscribes the page to room 3 and records what it receives.
const follow = `
	window.received = []
	window.room = io.socket.subscribe('/api/chat/join', { roomId: 3 }, {
		headers: { Accept: "text/html" },
		snapshot: (body, { first, reset }) => received.push(['snapshot', body, first, reset]),
		events: { newMessage: data => received.push(data.id), typing: () => received.push('typing') },
		error: answer => received.push(['error', answer.statusCode]),
	});`

// join answers the page's first join with an empty snapshot at seq 10.
func (p *page) join(c *conn) {
	p.t.Helper()
	p.run(follow)
	join := c.wants("GET /api/chat/join roomId=3")
	if join.Headers["Accept"] != "text/html" {
		p.t.Errorf("headers %v", join.Headers)
	}
	c.reply(join, 200, `[]`, "X-Seq: 10")
	p.want(`[received, room.seq, room.active]`, `[[["snapshot",[],true,false]],10,true]`)
	p.run(`received.length = 0`)
}

func (c *conn) message(seq int) {
	c.t.Helper()
	c.send(messageFrame(seq))
}

func messageFrame(seq int) string {
	return fmt.Sprintf(`{"event":"newMessage","data":{"id":%d,"seq":%d}}`, seq, seq)
}

func TestSubscriptionHoldsEventsUntilTheSnapshot(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(follow)
	join := c.wants("GET /api/chat/join roomId=3")
	c.message(12)
	c.message(11)
	c.message(10)
	c.event("typing", `{}`, "")
	p.want(`received`, `[]`)
	c.reply(join, 200, `["m10"]`, "X-Seq: 10")
	p.want(`received`, `[["snapshot",["m10"],true,false],"typing",11,12]`)
}

func TestReconnectFetchesMissedEvents(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.join(c)
	c.message(11)
	p.want(`received`, `[11]`)
	p.run(`record('ready'); record('connect'); window.sent = io.socket.post('/api/chat/send')`)
	c.wants("POST /api/chat/send")
	c.cut()
	p.want(`room.active`, `false`)
	p.run(`io.socket.get('/api/later')`)

	c = s.accept()
	join := c.wants("GET /api/chat/join after=11 roomId=3")
	c.wants("GET /api/later")
	p.want(`[recorded, io.socket.isConnected(), io.socket.isReady()]`, `[[["connect",null]],true,false]`)
	c.reply(join, 200, `[12,13]`, "X-Seq: 13")
	p.want(`received`, `[11,["snapshot",[12,13],false,false]]`)
	p.want(`[recorded.at(-1), room.seq, io.socket.isReady()]`, `[["ready",null],13,true]`)
}

func TestReconnectAfterTooManyChangesIsAReset(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.join(c)
	c.cut()
	c = s.accept()
	c.reply(c.wants("GET /api/chat/join after=10 roomId=3"), 200, `[900]`, "X-Seq: 900", "X-Reset: true")
	p.want(`[received, room.seq]`, `[[["snapshot",[900],false,true]],900]`)
}

func TestSubscriptionReordersEvents(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.join(c)
	c.send(strings.Join([]string{messageFrame(12), `{"event":"typing","data":{}}`, messageFrame(11), messageFrame(11)}, "\n"))
	p.want(`received`, `["typing",11,12]`)
	p.run(`io.socket.get('/api/next')`)
	c.wants("GET /api/next")
}

func TestSubscriptionFillsAGapByJoiningAgain(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.join(c)
	c.message(12)
	c.message(14)
	join := c.wants("GET /api/chat/join after=10 roomId=3")
	p.want(`received`, `[]`)
	c.reply(join, 200, `[11,12,13]`, "X-Seq: 13")
	p.want(`[received, room.seq]`, `[[["snapshot",[11,12,13],false,false],14],14]`)
}

func TestSubscriptionCountsOwnChangesAsSeen(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.join(c)
	p.run(`room.seen(11); room.seen(NaN); io.socket.on('typing', () => room.seen(13))`)
	c.send(strings.Join([]string{`{"event":"typing","data":{}}`, messageFrame(12), messageFrame(14)}, "\n"))
	p.want(`[received, room.seq]`, `[["typing",12,14],14]`)
	p.run(`io.socket.get('/api/next')`)
	c.wants("GET /api/next")
}

func TestListenersGetASubscriptionsEventsInOrder(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.join(c)
	p.run(`window.all = []; io.socket.on('*', (data, frame) => all.push(frame.event, data.seq))`)
	c.send(messageFrame(12) + "\n" + messageFrame(10) + "\n" + messageFrame(11))
	p.want(`all`, `["newMessage",11,"newMessage",12]`)
}

func TestSubscriptionEndsWhenItsJoinIsRefused(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(follow + `record('ready')`)
	join := c.wants("GET /api/chat/join roomId=3")
	p.want(`io.socket.isReady()`, `false`)
	c.reply(join, 404, `{"title":"Not Found"}`)
	p.want(`[received, recorded, io.socket.isReady()]`, `[[["error",404]],[["ready",null]],true]`)
	c.cut()
	c = s.accept()
	p.run(`io.socket.get('/api/next')`)
	c.wants("GET /api/next")
}

func TestSubscriptionRetriesAfter429And503(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(follow)
	c.reply(c.wants("GET /api/chat/join roomId=3"), 429, `{}`, "Retry-After: 2")
	c.reply(c.wants("GET /api/chat/join roomId=3"), 503, `{}`)
	c.reply(c.wants("GET /api/chat/join roomId=3"), 200, `[]`, "X-Seq: 1")
	p.want(`[received, room.seq]`, `[[["snapshot",[],true,false]],1]`)
}

func TestSubscriptionStopEndsItsEventsAndJoins(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.join(c)
	p.run(`record('newMessage'); room.stop()`)
	c.message(11)
	p.want(`[recorded.length, received]`, `[1,[]]`)
	c.cut()
	c = s.accept()
	p.run(`io.socket.get('/api/next')`)
	c.wants("GET /api/next")
}

func TestSubscriptionsOfTwoRoomsGetTheirOwnEvents(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		window.received = []
		for (const roomId of [3, 4]) {
			io.socket.subscribe('/api/chat/join', { roomId }, { room: 'chat-' + roomId, events: { newMessage: ({ id }) => received.push([roomId, id]) } })
		}`)
	c.reply(c.wants("GET /api/chat/join roomId=3"), 200, `[]`, "X-Seq: 10")
	c.reply(c.wants("GET /api/chat/join roomId=4"), 200, `[]`, "X-Seq: 20")
	c.send(`{"event":"newMessage","room":"chat-4","data":{"id":1,"seq":21}}`)
	c.send(`{"event":"newMessage","room":"chat-3","data":{"id":2,"seq":11}}`)
	p.want(`received`, `[[4,1],[3,2]]`)
}

func TestSubscriptionWithoutSeqTakesEachSnapshot(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		window.received = []
		io.socket.subscribe('/api/presence/subscribe', {}, { snapshot: body => received.push(body), events: { userOnline: data => received.push(data) } })`)
	c.reply(c.wants("GET /api/presence/subscribe"), 200, `"a"`)
	c.event("userOnline", `"b"`, "")
	p.want(`received`, `["a","b"]`)
	c.cut()
	c = s.accept()
	c.reply(c.wants("GET /api/presence/subscribe"), 200, `"c"`)
	p.want(`received`, `["a","b","c"]`)
}

// plain joins room 3 by a plain request and listens to its events.
const plain = `
	window.got = []
	for (const name of ['newMessage', 'messageUpdated', 'messageDeleted']) io.socket.on(name, ({ id, text }) => got.push([name, id, text ?? null]))
	io.socket.get('/api/chat/join?roomId=3', body => got.push(['joined', body]));`

func (p *page) plainJoin(c *conn) {
	p.t.Helper()
	p.run(plain)
	c.reply(c.wants("GET /api/chat/join?roomId=3"), 200, `[]`, "X-Seq: 10")
	p.want(`got`, `[["joined",[]]]`)
	p.run(`got.length = 0`)
}

func TestPlainJoinIsRepeatedWithMissedChanges(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.plainJoin(c)
	c.send(`{"event":"newMessage","room":"chat-3","data":{"id":1,"seq":11,"roomId":3}}`)
	p.run(`io.socket.post('/api/chat/send', { roomId: 3 })`)
	c.reply(c.wants("POST /api/chat/send roomId=3"), 200, `{"id":2,"seq":12,"roomId":3}`, "X-Seq: 12")
	p.want(`got`, `[["newMessage",1,null]]`)
	c.cut()

	c = s.accept()
	p.run(`got.length = 0`)
	join := c.wants("GET /api/chat/join after=12 roomId=3")
	c.send(`{"event":"newMessage","room":"chat-3","data":{"id":5,"seq":17,"createdSeq":17,"roomId":3,"text":"live"}}`)
	c.reply(join, 200, `[{"id":1,"seq":14,"createdSeq":11,"roomId":3,"text":"edited"},{"id":3,"seq":15,"createdSeq":13,"roomId":3,"text":"new"},`+
		`{"id":0,"seq":16,"createdSeq":2,"roomId":3,"deletedAt":"2026-01-01T00:00:00Z"}]`, "X-Seq: 16")
	p.want(`got`, `[["messageUpdated",1,"edited"],["newMessage",3,"new"],["messageDeleted",0,null],["newMessage",5,"live"]]`)
}

func TestPlainJoinOfANewRoomIsRepeatedFromItsBeginning(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(plain)
	c.reply(c.wants("GET /api/chat/join?roomId=3"), 200, `[]`, "X-Seq: 0")
	p.want(`got`, `[["joined",[]]]`)
	c.cut()
	c = s.accept()
	c.reply(c.wants("GET /api/chat/join after=0 roomId=3"), 200, `[{"id":1,"seq":1,"createdSeq":1,"roomId":3,"text":"first"}]`, "X-Seq: 1")
	p.want(`got`, `[["joined",[]],["newMessage",1,"first"]]`)
}

func TestPlainJoinEndsWithItsLeave(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.plainJoin(c)
	p.run(`
		io.socket.get('/api/counter/subscribe')
		io.socket.get('/api/chat/join', { roomId: 4 })
		io.socket.get('/api/chat/leave', { roomId: 3 })`)
	c.reply(c.wants("GET /api/counter/subscribe"), 200, `{}`)
	c.reply(c.wants("GET /api/chat/join roomId=4"), 200, `[]`, "X-Seq: 1")
	c.reply(c.wants("GET /api/chat/leave roomId=3"), 200, `{}`)
	p.run(`io.socket.get('/api/next')`)
	c.reply(c.wants("GET /api/next"), 200, `1`)
	c.cut()
	c = s.accept()
	c.reply(c.wants("GET /api/counter/subscribe"), 200, `{}`)
	c.reply(c.wants("GET /api/chat/join after=1 roomId=4"), 403, `{}`)
	c.cut()
	c = s.accept()
	p.run(`io.socket.get('/api/next')`)
	c.wants("GET /api/counter/subscribe")
	c.wants("GET /api/next")
}

func TestPlainJoinBesideASubscriptionJoinsOnce(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		io.socket.subscribe('/api/presence/subscribe', {}, { events: {} })
		io.socket.get('/api/presence/subscribe')`)
	c.reply(c.wants("GET /api/presence/subscribe"), 200, `[]`)
	c.reply(c.wants("GET /api/presence/subscribe"), 200, `[]`)
	p.run(`io.socket.get('/api/next')`)
	c.reply(c.wants("GET /api/next"), 200, `1`)
	c.cut()
	c = s.accept()
	p.run(`io.socket.get('/api/next')`)
	c.wants("GET /api/presence/subscribe")
	c.wants("GET /api/next")
}
