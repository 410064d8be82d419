package jstest_test

import (
	"fmt"
	"testing"

	"hubbub/web"
)

// core is the address of the module that all pages share.
var core = web.Asset("core/index.js")

func newAppServer(t *testing.T) *server {
	s := newServer(t)
	s.frame = true
	return s
}

// importing gives the test the exports of core/index.js, as a page's own module gets
// them.
const importing = `window.app = undefined; import(document.querySelector('script[type=module]').src).then(app => { window.app = app })`

func (p *page) importApp() {
	p.t.Helper()
	p.run(importing)
	p.Until(`!!window.app`)
}

const pill = `document.querySelector('[data-connection]').dataset.state`

func TestConnectionPillIgnoresAShortBreak(t *testing.T) {
	s := newAppServer(t)
	p, c := s.connect("")
	p.want(pill, `"live"`)
	p.run(`
		window.states = []
		new MutationObserver(() => states.push(` + pill + `)).observe(document.querySelector('[data-connection]'), { attributes: true })
		Math.random = () => 0
		setSpeed(.1)`) // 1 s takes 10 s, so that a busy machine reconnects within the second that is not shown
	c.cut()
	s.accept()
	p.Until(`io.socket.isConnected()`)
	p.want(`states.filter(s => s !== 'live')`, `[]`)
	p.WantCount(".toast", 0)
}

func TestConnectionBannerShowsALongBreakAndItsEnd(t *testing.T) {
	s := newAppServer(t)
	p, c := s.connect("")
	s.refuse.Store(true)
	p.run(`window.states = []; new MutationObserver(() => states.push(` + pill + `)).observe(document.querySelector('[data-connection]'), { attributes: true })`)
	c.cut()
	p.want(`states`, `["connecting","offline"]`)
	p.Want("[data-offline-banner]")
	p.WantText("[data-announce=assertive]", "You’re offline")

	s.refuse.Store(false)
	p.run(`import('` + core + `').then(core => core.addCaughtUp(6))`)
	p.run(`document.querySelector('[data-try-now]')?.click()`) // unless the page came first
	s.accept()
	p.want(pill, `"live"`)
	p.WantNo("[data-offline-banner]")
	p.WantText(".toast", "Back online")
	p.WantText(".toast", "Caught up on 6 messages.")
}

func TestConnectionSignedOutLeadsToTheSignInPage(t *testing.T) {
	s := newAppServer(t)
	p, c := s.connect("")
	c.close(4401)
	p.WantPath("/signin?next=%2F")
}

// paste puts a text into the palette at once: with the fast clock the page would
// search for each letter that is typed.
func (p *page) paste(text string) {
	p.t.Helper()
	p.WantFocus("#palette-input")
	p.run(fmt.Sprintf(`const input = document.querySelector('#palette-input'); input.value = %q; input.dispatchEvent(new Event('input'))`, text))
}

func TestPaletteListsWhatThePageMarks(t *testing.T) {
	s := newAppServer(t)
	p, c := s.connect(`<a href="/rooms/3" data-palette="Rooms"><span class="truncate">launch-week</span></a><a id="here" href="#here" data-palette="Rooms"><span class="truncate">general</span></a>`)
	p.Press("Control+k")
	p.WantFocus("#palette-input")
	p.WantText("#palette-list .group-label", "Rooms")
	p.paste("gnrl")
	c.reply(c.wants("GET /api/search limit=6 query=gnrl"), 200, `""`)
	p.WantText("[data-bind=took]", "1 result")
	p.WantText(".hit[aria-selected=true]", "general")
	p.WantText(".hit", "See all results for “gnrl”")
	p.want(`[...document.querySelectorAll('.hit mark')].map(m => m.textContent).join('')`, `"gnrl"`)
	p.Press("Enter")
	p.WantPath("/")
	p.want(`[location.hash, document.querySelector('#palette').open]`, `["#here",false]`)

	p.Press("Control+k")
	p.WantText(".hit[aria-selected=true]", "general")
	p.WantText("#palette-list .group-label", "Recent")
	p.Press("ArrowUp")
	p.WantText(".hit[aria-selected=true]", "Switch theme")
	p.want(`document.querySelector('#palette-input').getAttribute('aria-activedescendant') === document.querySelector('.hit[aria-selected=true]').id`, `true`)
	p.WantAccessible()
	p.Press("Enter")
	p.want(`[document.documentElement.dataset.theme, document.cookie.includes('theme=dark')]`, `["dark",true]`)
	p.Press("Control+k")
	p.paste("zzz")
	c.reply(c.wants("GET /api/search limit=6 query=zzz"), 200, `""`)
	p.WantText("#palette-list", "No results for “zzz”")
	p.Press("Control+k")
	p.WantNo("#palette")
}

func TestPaletteShowsNoStaleAnswer(t *testing.T) {
	s := newAppServer(t)
	p, c := s.connect("")
	found := func(title string) string {
		return fmt.Sprintf(`"<li id=\"found-message-1\"><a class=\"hit\" href=\"#m\"><span><b>%s</b></span></a></li>"`, title)
	}
	p.Press("Control+k")
	p.paste("qu")
	older := c.wants("GET /api/search limit=6 query=qu")
	p.paste("quok")
	c.reply(c.wants("GET /api/search limit=6 query=quok"), 200, found("newer"))
	p.WantText(".hit", "newer")
	c.reply(older, 200, found("older"))
	p.run(`io.socket.get('/after')`)
	c.reply(c.wants("GET /after"), 200, `1`)
	p.WantCount("#palette-list .hit", 2)
	p.WantText(".hit", "newer")
}

func TestDrawerShowsFramesWhileItIsOpen(t *testing.T) {
	s := newAppServer(t)
	p, c := s.connect("")
	c.event("tick", `{}`, "")
	p.Press("Alt+w")
	p.WantText("#wire", "No frames yet")
	p.run(`io.socket.post('/api/login', { email: 'sam@example.com', password: 'correct horse' })`)
	c.reply(c.wants("POST /api/login email=sam@example.com password=correct horse"), 200, `{"ticket":"abc"}`)
	c.event("tick", `{"n":1}`, "")
	c.send(`{"event":"heartbeat"}`)
	p.WantCount(".frame-row", 4)
	p.WantCount(".frame-row:not([hidden])", 3)
	p.want(`[...document.querySelectorAll('.frame-row .name')].map(n => n.textContent)`, `["heartbeat","tick","POST /api/login","POST /api/login"]`)
	p.run(`for (const row of document.querySelectorAll('.frame-row')) row.open = true`)
	p.WantText(".frame-row pre", "sam@example.com")
	p.want(`/correct|abc/.test(document.querySelector('[data-frames]').textContent)`, `false`)
	p.WantText("[data-bind=frames]", "4")

	p.Click("[data-wire-filter=out]")
	p.WantCount(".frame-row:not([hidden])", 1)
	p.Click("[data-wire-filter='']")
	p.Click("[data-wire-hide-ping]")
	p.WantCount(".frame-row:not([hidden])", 4)
	p.WantAccessible()
	p.Click("[data-wire-pause]")
	c.event("tick", `{"n":2}`, "")
	p.WantText("[data-bind=frames]", "5")
	p.WantCount(".frame-row", 4)
	p.Click("[data-wire-clear]")
	p.WantCount(".frame-row", 0)
	p.Reload()
	s.accept()
	p.Want("#wire")
	p.Press("Alt+w")
	p.WantNo("#wire")
}

func TestDrawerKeeps200Rows(t *testing.T) {
	s := newAppServer(t)
	p, c := s.connect("")
	p.Press("Alt+w")
	p.Want("#wire")
	for range 205 {
		c.event("tick", `{}`, "")
	}
	p.WantText("[data-bind=frames]", "205")
	p.WantCount(".frame-row", 200)
}

func TestToastsAfterTheThirdAreMerged(t *testing.T) {
	s := newAppServer(t)
	p, _ := s.connect("")
	p.importApp()
	p.run(`for (const title of ['One', 'Two', 'Three', 'Four', 'Five']) app.toast({ title, body: '<b>plain</b>' })`)
	p.WantCount(".toast", 3)
	p.WantText(".toast:last-child", "And 2 more.")
	p.WantText("[data-announce=polite]", "Five. <b>plain</b>")
	p.WantCount(".toast", 0)
}

func TestToastStaysWhileItHasTheFocus(t *testing.T) {
	s := newAppServer(t)
	p, _ := s.connect("")
	p.importApp()
	p.run(`app.toast({ title: 'Held' }); document.querySelector('.toast .dismiss').focus()`)
	p.want(`new Promise(done => setTimeout(() => done(document.querySelectorAll('.toast').length), 8000))`, `1`)
	p.run(`document.activeElement.blur()`)
	p.WantCount(".toast", 0)
}

func TestAnnouncementOfManyMessagesIsTheirNumber(t *testing.T) {
	s := newAppServer(t)
	p, _ := s.connect("")
	p.importApp()
	p.run(`for (const n of [1, 2, 3, 4, 5]) app.announceMessage('Maya: ' + n)`)
	p.want(`new Promise(done => setTimeout(() => done([...document.querySelectorAll('[data-announce=polite] p')].map(l => l.textContent)), 3000))`,
		`["Maya: 1","Maya: 2","Maya: 3","5 new messages"]`)
}

func TestShortcutsAreListed(t *testing.T) {
	s := newAppServer(t)
	p, _ := s.connect(`<input id="box" aria-label="Box">`)
	p.importApp()
	p.run(`app.addShortcuts('In a room', [['Alt ↑', 'Previous room']])`)
	p.Type("#box", "?")
	p.WantNo("dialog[open]")
	p.run(`document.activeElement.blur()`)
	p.Press("?")
	p.WantText("dialog", "Previous room")
	p.WantAccessible()
	p.Press("Escape")
	p.WantCount("dialog:not(#palette)", 0)
}

func TestTimesAreInTheBrowsersZone(t *testing.T) {
	s := newAppServer(t)
	p, _ := s.connect(`<time id="now" data-time="ago"></time>`)
	p.run(`
		window.times = document.createElement('div')
		const at = ms => new Date(Date.now() - ms).toISOString()
		times.innerHTML = '<time data-time="ago" datetime="' + at(0) + '"></time><time data-time="ago" datetime="' + at(125_000) + '"></time><time data-time="ago" datetime="2020-11-02T09:04:00Z"></time><time data-time="clock" datetime="2020-11-02T09:04:00Z"></time><time data-time="day" datetime="2020-11-02T12:04:00Z"></time>'
		document.body.append(times)
		import('` + core + `').then(core => core.showTimes(times))`)
	p.want(`[...times.children].map(t => t.textContent).filter((_, i) => i !== 3)`, `["just now","2 min","2 Nov 2020","2 November 2020"]`)
	p.want(`times.children[3].textContent === new Date('2020-11-02T09:04:00Z').toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })`, `true`)
	p.want(`document.cookie.includes('tz=' + Intl.DateTimeFormat().resolvedOptions().timeZone)`, `true`)
	p.run(`sleepFor(120_000)`)
	p.want(`times.firstElementChild.textContent`, `"2 min"`)
}
