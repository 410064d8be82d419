package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/internal/testkit"
)

const pollPause = 20 * time.Millisecond // about one frame of the display

// Click clicks on the first element that matches, once it is visible, does not move
// and is not covered by another element.
func (p *Page) Click(selector string) *Page {
	p.t.Helper()
	return p.ClickText(selector, "")
}

// ClickText is Click for the first match that contains the text.
func (p *Page) ClickText(selector, text string) *Page {
	p.t.Helper()
	at := p.stablePoint(selector, text)
	return p.do("click on "+selector, chromedp.MouseClickXY(at.X, at.Y))
}

// Hover moves the mouse over the first match.
func (p *Page) Hover(selector string) *Page {
	p.t.Helper()
	at := p.stablePoint(selector, "")
	return p.do("hover over "+selector, chromedp.MouseEvent("mouseMoved", at.X, at.Y))
}

// Type types the text into the field, after its present text.
func (p *Page) Type(selector, text string) *Page {
	p.t.Helper()
	p.until("the field "+selector, `selector => {
		const field = [...document.querySelectorAll(selector)].find(el => el.getClientRects().length && !el.disabled);
		if (field && document.activeElement !== field) {
			field.focus();
			field.setSelectionRange?.(field.value.length, field.value.length);
		}
		return document.activeElement === field;
	}`, selector)
	return p.do("type", chromedp.KeyEvent(text))
}

// Clear empties the field as a user does: it selects all and deletes it.
func (p *Page) Clear(selector string) *Page {
	p.t.Helper()
	p.Type(selector, "")
	p.do("select all", chromedp.Evaluate[chromedp.Void](`document.execCommand("selectAll")`))
	return p.Press("Backspace")
}

var keys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Backspace": kb.Backspace, "Delete": kb.Delete,
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown, "F10": kb.F10, "Space": " ",
}

var modifiers = map[string]chromedp.Modifier{
	"Alt": chromedp.ModifierAlt, "Control": chromedp.ModifierCtrl,
	"Meta": chromedp.ModifierMeta, "Shift": chromedp.ModifierShift,
}

// Press presses a key in the focused element: "Enter", "a", "Control+k", "Shift+Tab".
func (p *Page) Press(key string) *Page {
	p.t.Helper()
	parts := strings.Split(key, "+")
	last := parts[len(parts)-1]
	var held []chromedp.Modifier
	for _, name := range parts[:len(parts)-1] {
		held = append(held, modifiers[name])
	}
	if named, ok := keys[last]; ok {
		last = named
	}
	return p.do("press "+key, stroke([]rune(last)[0], held...))
}

// stroke sends a key as a keyboard does: the character is part of the keydown event,
// so that a page that handles the key and prevents its default gets no character.
func stroke(key rune, held ...chromedp.Modifier) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		events := kb.Encode(key)
		down, up := *events[0], *events[len(events)-1]
		for _, m := range held {
			down.Modifiers, up.Modifiers = down.Modifiers|int64(m), up.Modifiers|int64(m)
		}
		if len(events) == 3 && down.Modifiers&^int64(chromedp.ModifierShift) == 0 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, down); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, input.DispatchKeyEvent, up)
		return err
	})
}

// WantText waits until an element that matches shows the text.
func (p *Page) WantText(selector, text string) *Page {
	p.t.Helper()
	return p.until(fmt.Sprintf("%q in %s", text, selector), `(selector, text) =>
		[...document.querySelectorAll(selector)].some(el => (el.innerText ?? el.textContent).includes(text))`, selector, text)
}

// WantNoText waits until no element that matches shows the text.
func (p *Page) WantNoText(selector, text string) *Page {
	p.t.Helper()
	return p.until(fmt.Sprintf("no %q in %s", text, selector), `(selector, text) =>
		![...document.querySelectorAll(selector)].some(el => (el.innerText ?? el.textContent).includes(text))`, selector, text)
}

// WantCount waits until that many elements match.
func (p *Page) WantCount(selector string, n int) *Page {
	p.t.Helper()
	return p.until(fmt.Sprintf("%d of %s", n, selector), `(selector, n) => document.querySelectorAll(selector).length === n`, selector, n)
}

// Want waits until an element that matches is visible.
func (p *Page) Want(selector string) *Page {
	p.t.Helper()
	return p.until("to see "+selector, `selector => [...document.querySelectorAll(selector)].some(el => el.checkVisibility({visibilityProperty: true}))`, selector)
}

// WantNo waits until no element that matches is visible.
func (p *Page) WantNo(selector string) *Page {
	p.t.Helper()
	return p.until("not to see "+selector, `selector => ![...document.querySelectorAll(selector)].some(el => el.checkVisibility({visibilityProperty: true}))`, selector)
}

// WantValue waits until the value of the first field that matches is the text.
func (p *Page) WantValue(selector, value string) *Page {
	p.t.Helper()
	return p.until(fmt.Sprintf("%q as the value of %s", value, selector), `(selector, value) => document.querySelector(selector)?.value === value`, selector, value)
}

// WantFocus waits until the focus is on an element that matches.
func (p *Page) WantFocus(selector string) *Page {
	p.t.Helper()
	return p.until("the focus on "+selector, `selector => document.activeElement.matches(selector)`, selector)
}

// WantPath waits until the page's path and query equal path.
func (p *Page) WantPath(path string) *Page {
	p.t.Helper()
	return p.until("to be at "+path, `path => location.pathname + location.search === path`, path)
}

// Until waits until a JavaScript expression is true.
func (p *Page) Until(expression string) *Page {
	p.t.Helper()
	return p.until(expression, "() => !!("+expression+")")
}

func (p *Page) until(what, function string, args ...any) *Page {
	p.t.Helper()
	var err error
	for deadline := time.Now().Add(testkit.Timeout); time.Now().Before(deadline); time.Sleep(pollPause) {
		var holds bool
		if holds, err = call[bool](p, function, args...); holds {
			return p
		}
	}
	p.fail(fmt.Sprintf("not within %v: %s %v", testkit.Timeout, what, errors.Join(err)))
	return p
}

type point struct{ X, Y float64 }

// stablePoint returns the point at which a click reaches the element. It must be the
// same in two polls, because a click could miss an element that moves.
func (p *Page) stablePoint(selector, text string) point {
	p.t.Helper()
	var last point
	for deadline := time.Now().Add(testkit.Timeout); time.Now().Before(deadline); time.Sleep(pollPause) {
		at, err := call[*point](p, clickPoint, selector, text)
		if err != nil || at == nil {
			continue
		}
		if *at == last {
			return last
		}
		last = *at
	}
	p.fail(fmt.Sprintf("the mouse did not reach %s %q within %v", selector, text, testkit.Timeout))
	return last
}

// clickPoint scrolls to the first match if necessary, and returns its centre. If
// another element covers it, clickPoint scrolls on and the next poll tries again.
const clickPoint = `(selector, text) => {
	for (const el of document.querySelectorAll(selector)) {
		if (text && !(el.innerText ?? "").includes(text)) continue;
		let box = el.getBoundingClientRect();
		if (!box.width || !box.height || el.disabled) continue;
		if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) {
			el.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
			box = el.getBoundingClientRect();
		}
		const x = box.left + box.width / 2, y = box.top + box.height / 2;
		const hit = document.elementFromPoint(x, y);
		if (hit && (el.contains(hit) || hit.closest("label")?.control === el)) return {x, y};
		el.scrollIntoView({block: "center", inline: "center", behavior: "instant"}); // from under what is fixed there
	}
	return null;
}`
