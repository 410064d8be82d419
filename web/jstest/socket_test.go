package jstest_test

import (
	"strconv"
	"testing"
)

func TestRequestsWaitForTheConnectionAndAreSentInOrder(t *testing.T) {
	s := newServer(t)
	s.head = fastClock + `<script src="/js/socket.js" data-auto-connect="false"></script>`
	p := s.open("")
	p.run(`
		window.answers = []
		io.socket.get('/api/a', { n: 1 }, (body, jwr) => answers.push(body, jwr.statusCode))
		io.socket.post('/api/b', (body) => answers.push(body))
		io.socket.request({ method: 'patch', url: '/api/c', data: { n: 3 }, headers: { Accept: 'text/html' } })`)
	p.want(`io.socket.isConnected() || io.socket.isConnecting()`, `false`)
	p.run(`io.socket.reconnect()`)
	c := s.accept()
	a := c.wants("GET /api/a n=1")
	b := c.wants("POST /api/b")
	if html := c.wants("PATCH /api/c n=3"); html.Headers["Accept"] != "text/html" {
		t.Errorf("headers %v", html.Headers)
	}
	c.reply(a, 200, `"first"`)
	c.reply(b, 200, `"second"`)
	p.want(`answers`, `["first",200,"second"]`)
	p.want(`[io.socket.isConnected(), io.socket.isConnecting(), io.socket.userId]`, `[true,false,7]`)
}

func TestRequestPromiseHasTheWholeAnswer(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`io.socket.headers = { 'X-A': '1' }; window.answer = io.socket.get('/api/x')`)
	f := c.wants("GET /api/x")
	if f.Headers["X-A"] != "1" {
		t.Errorf("headers %v", f.Headers)
	}
	c.reply(f, 404, `{"title":"Not Found","status":404,"detail":"There is no such room."}`, "X-Seq: 3")
	p.want(`answer.then(a => [a.statusCode, a.body.title, a.error.message, a.error.status, a.headers['X-Seq']])`,
		`[404,"Not Found","There is no such room.",404,"3"]`)
	p.want(`io.socket.rtt > 0`, `true`)
}

func TestRequestForAFragmentHasItsHTMLAsBody(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`window.answer = io.socket.get('/rooms/3', {})`)
	c.wants("GET /rooms/3")
	c.send(`{"id":1,"status":200,"headers":{},"html":"<p>hi</p>"}`)
	p.want(`answer.then(a => a.body)`, `"<p>hi</p>"`)
}

func TestRequestInFlightFailsWhenTheConnectionBreaks(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`window.answer = io.socket.post('/api/chat/send', { text: 'hi' })`)
	c.wants("POST /api/chat/send text=hi")
	c.cut()
	p.want(`answer.then(a => [a.statusCode, a.error.message])`, `[0,"No connection."]`)
	s.accept()
}

func TestRequestQueueHolds100For30Seconds(t *testing.T) {
	s := newServer(t)
	s.head = fastClock + `<script src="/js/socket.js" data-auto-connect="false"></script>`
	p := s.open("")
	p.run(`
		window.statuses = []
		for (let n = 0; n < 101; n++) io.socket.get('/api/x', (_, jwr) => statuses.push(n, jwr.statusCode))`)
	p.want(`statuses`, `[100,0]`)
	p.want(`[statuses.length, statuses.at(-2)]`, `[202,99]`)
}

func TestReconnectDispatchesEvents(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`for (const name of ['connect', 'disconnect', 'reconnect', 'ready']) record(name)`)
	c.close(1011)
	p.want(`recorded`, `[["disconnect",1011],["connect",null],["reconnect",null],["ready",null]]`)
}

func TestReconnectDelayDoublesUpToFiveSeconds(t *testing.T) {
	s := newServer(t)
	s.refuse.Store(true)
	s.head = `<script src="/testdata/delays.js"></script><script src="/js/socket.js"></script>`
	p := s.open("")
	p.want(`delays.slice(0, 5)`, `[1000,2000,4000,5000,5000]`)
}

func TestReconnectDelayDependsOnTheCloseCode(t *testing.T) {
	for code, want := range map[int]string{1012: "2500", 4408: "1000", 4429: "30000", 1009: "1000"} {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			s := newServer(t)
			s.head = `<script src="/testdata/delays.js"></script><script src="/js/socket.js"></script>`
			p := s.open("")
			s.accept().close(code)
			p.want(`delays[0]`, want)
		})
	}
}

func TestReconnectStopsWhenSignedOut(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`record('signedOut'); record('disconnect'); window.answer = io.socket.get('/api/x')`)
	c.wants("GET /api/x")
	c.close(4401)
	p.want(`recorded`, `[["disconnect",4401],["signedOut",null]]`)
	p.want(`[io.socket.isConnecting(), io.socket.isConnected()]`, `[false,false]`)
}

func TestDisconnectLastsUntilReconnect(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`record('disconnect'); io.socket.disconnect()`)
	c.waitForClose()
	p.want(`[recorded, io.socket.isConnecting()]`, `[[["disconnect",1000]],false]`)
	p.run(`io.socket.reconnect()`)
	s.accept()
}

func TestReconnectAfterSilenceOfOneAndAHalfHeartbeats(t *testing.T) {
	s := newServer(t)
	s.heart = 5_000
	p, c := s.connect("")
	p.run(`record('disconnect')`)
	c.send(`{"event":"heartbeat"}`)
	c.waitForClose()
	s.accept()
	p.want(`recorded`, `[["disconnect",0]]`)
}

func TestProbeIsSentWhenThePageWakes(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	for _, wake := range []string{`Event('online')`, `Event('offline')`, `PageTransitionEvent('pageshow', { persisted: true })`} {
		p.run(`dispatchEvent(new ` + wake + `)`)
		c.reply(c.wants("GET /healthz"), 200, `"ok"`)
		p.want(`new Promise(done => setTimeout(() => done(io.socket.isConnected()), 4000))`, `true`)
	}
	p.run(`document.dispatchEvent(new Event('visibilitychange'))`)
	c.wants("GET /healthz")
	c.waitForClose()
	s.accept()
}

func TestProbeIsSentAfterTheMachineSlept(t *testing.T) {
	s := newServer(t)
	s.heart = 25_000
	p, c := s.connect("")
	p.run(`sleepFor(3_600_000)`)
	c.wants("GET /healthz")
	c.waitForClose()
	s.accept()
}

func TestTapReceivesEveryFrame(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		window.seen = []
		window.stop = io.socket.tap(({ direction, name, bytes, ms }) => seen.push([direction, name, bytes, ms > 0]))
		io.socket.get('/api/x')`)
	c.reply(c.wants("GET /api/x"), 200, `"é"`)
	c.event("newMessage", `{"id":1}`, "")
	p.want(`seen`, `[["out","GET /api/x",38,false],["in","GET /api/x",46,true],["in","newMessage",48,false]]`)
	p.run(`stop(); io.socket.get('/api/y')`)
	c.wants("GET /api/y")
	p.want(`seen.length`, `3`)
}

func TestListenersAreAddedAndRemoved(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.run(`
		window.got = []
		window.a = data => got.push('a' + data.n)
		io.socket.on('tick', a)
		io.socket.on('tick', () => { throw new Error('a listener that fails') })
		io.socket.once('tick', data => got.push('once' + data.n))
		io.socket.on('*', (data, frame) => got.push(frame.event))`)
	c.event("tick", `{"n":1}`, "")
	p.want(`got`, `["a1","once1","tick"]`)
	p.run(`io.socket.off('tick', a)`)
	c.send(`{"event":"tick","data":{"n":2}}` + "\n" + `{"event":"tock"}`)
	p.want(`got.slice(3)`, `["tick","tock"]`)
	p.run(`io.socket.removeAllListeners(); io.socket.on('tick', a)`)
	c.event("tick", `{"n":3}`, "")
	p.want(`got.slice(5)`, `["a3"]`)
}

func TestHandshakeRequestsTheViewOfTheScriptTag(t *testing.T) {
	s := newServer(t)
	s.head = `<script src="/js/socket.js" data-view="html"></script>`
	s.open("")
	if view := s.accept().query.Get("view"); view != "html" {
		t.Errorf("view %q", view)
	}
}

func TestRequestThatIsTooLongIsNotSent(t *testing.T) {
	s := newServer(t)
	p, c := s.connect("")
	p.want(`io.socket.post('/api/x', { text: 'é'.repeat(33_000) }).then(a => [a.statusCode, a.error.message])`, `[413,"That is too long to send."]`)
	p.run(`io.socket.post('/api/x', { text: 'e'.repeat(33_000) })`)
	if f := <-c.frames; len(f.Data["text"].(string)) != 33_000 {
		t.Error("a request that fits was not sent")
	}
}

func TestReconnectAfterASignInWithinThePage(t *testing.T) {
	s := newServer(t)
	s.user.Store("null")
	p, c := s.connect("")
	p.AllowErrors("401")
	p.want(`fetch('/api/login?password=bad', { method: 'POST' }).then(r => r.status)`, `401`)
	p.run(`window.answer = io.socket.get('/api/x')`)
	request := c.wants("GET /api/x")
	p.want(`fetch('/api/login?password=good', { method: 'POST' }).then(r => r.status)`, `200`)
	c.reply(request, 200, `"answered"`)
	p.want(`answer.then(a => a.body)`, `"answered"`)
	c.waitForClose()
	c = s.accept()
	p.want(`io.socket.userId`, `7`)
	p.want(`fetch('/api/login?password=good', { method: 'POST' }).then(r => r.status)`, `200`)
	p.run(`io.socket.get('/api/y')`)
	c.wants("GET /api/y") // over the same connection
}
