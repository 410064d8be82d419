package jstest_test

import (
	"testing"
)

const withFragments = fastClock + `<script src="/js/socket.js" data-view="html"></script>
	<script type="module">import * as fragments from '/static/core/fragments.js'; window.fragments = fragments</script>`

func newFragmentsServer(t *testing.T) *server {
	s := newServer(t)
	s.head = withFragments
	return s
}

const list = `<ol id="list"><li id="m1" data-order="1">one</li><li id="m3" data-order="3">three</li></ol><p id="other">other</p>`

const texts = `[...document.querySelectorAll('#list > *')].map(e => e.textContent)`

func TestFragmentIsReplacedInsertedOrRemoved(t *testing.T) {
	s := newFragmentsServer(t)
	p, c := s.connect(list)
	p.want(`'fragments' in window`, `true`)
	c.event("x", `{}`, `<li id="m1" data-order="1">ONE</li><li id="m4" data-into="#list">last</li><li id="m0" data-into="#list" data-at="start">first</li>`)
	p.want(texts, `["first","ONE","three","last"]`)
	c.event("x", `{}`, `<li id="m0" data-remove></li><li id="m9" data-remove></li><li id="m8" data-into="#elsewhere">not here</li>`)
	p.want(texts, `["ONE","three","last"]`)
}

func TestFragmentsAreAppliedIdempotently(t *testing.T) {
	s := newFragmentsServer(t)
	p, _ := s.connect(list)
	p.run(`
		const html = '<li id="m2" data-into="#list" data-at="order" data-order="2">two</li><li id="m1" data-remove></li><p id="other">changed</p>'
		fragments.apply(html)
		window.once = document.body.innerHTML
		fragments.apply(html)`)
	p.want(`document.body.innerHTML === once`, `true`)
	p.want(texts, `["two","three"]`)
}

func TestFragmentsAreInsertedInOrder(t *testing.T) {
	s := newFragmentsServer(t)
	p, _ := s.connect(`<ol id="list"></ol>`)
	p.run(`
		for (const order of ['10', '9', '100', '9', 'beta', 'Alpha']) {
			fragments.apply('<li id="o' + order + '" data-into="#list" data-at="order" data-order="' + order + '">' + order + '</li>')
		}`)
	p.want(texts, `["9","10","100","Alpha","beta"]`)
}

func TestFragmentReplacementKeepsTheFocus(t *testing.T) {
	s := newFragmentsServer(t)
	p, _ := s.connect(`<ol id="list"><li id="m1" tabindex="-1"><button id="b1">a</button><button>b</button></li><li id="m2" tabindex="-1">two</li></ol>`)
	p.run(`document.querySelector('#b1').focus(); fragments.apply('<li id="m1" tabindex="-1"><button id="b1">A</button><button>B</button></li>')`)
	p.want(`document.activeElement.textContent`, `"A"`)
	p.run(`document.querySelector('#m1 button:not([id])').focus(); fragments.apply('<li id="m1" tabindex="-1">plain</li>')`)
	p.want(`document.activeElement.id`, `"m1"`)
	p.run(`fragments.apply('<li id="m1" data-remove></li>')`)
	p.want(`document.activeElement.id`, `"m2"`)
	p.run(`fragments.apply('<li id="m1" data-into="#list"><button id="b1" autofocus>new</button></li>')`)
	p.want(`document.activeElement.id`, `"m2"`)
}

func TestFragmentsReportEachNewElement(t *testing.T) {
	s := newFragmentsServer(t)
	p, _ := s.connect(list)
	p.run(`
		window.got = []
		fragments.watchFragments((element, replaced) => got.push([element.id, replaced?.textContent ?? null]))
		fragments.apply('<li id="m1">ONE</li><li id="m5" data-into="#list">five</li><li id="m3" data-remove></li>')`)
	p.want(`got`, `[["m1","one"],["m5",null]]`)
}

func TestFragmentsOfAnEventCanBeIntercepted(t *testing.T) {
	s := newFragmentsServer(t)
	p, c := s.connect(list)
	p.run(`window.got = []; window.back = fragments.intercept('newMessage', (data, frame) => got.push(data.id, frame.html))`)
	c.event("newMessage", `{"id":1}`, `<li id="m5" data-into="#list">five</li>`)
	p.want(`got`, `[1,"<li id=\"m5\" data-into=\"#list\">five</li>"]`)
	p.run(`back()`)
	c.event("newMessage", `{"id":2}`, `<li id="m6" data-into="#list">six</li>`)
	p.want(texts, `["one","three","six"]`)
}
