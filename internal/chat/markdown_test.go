package chat

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func TestMarkdownRendering(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"emphasis", "**bold** *it* ~~no~~ `code`", "<p><strong>bold</strong> <em>it</em> <del>no</del> <code>code</code></p>"},
		{"a line break is a line break", "one\ntwo", "<p>one<br>\ntwo</p>"},
		{"HTML is text", "<b>hi</b> & <script>alert(1)</script>", "<p>&lt;b&gt;hi&lt;/b&gt; &amp; &lt;script&gt;alert(1)&lt;/script&gt;</p>"},
		{"a heading is text", "# hello", "<p># hello</p>"},
		{"a list", "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"},
		{"a quote", "> said", "<blockquote>\n<p>said</p>\n</blockquote>"},
		{"markup alone is text", "- ", "<p>- </p>"},
		{"a mention", "@sam, @nobody", `<p><span class="mention" data-user="7">@sam</span>, @nobody</p>`},
		{"a mention in any case", "@Sam!", `<p><span class="mention" data-user="7">@Sam</span>!</p>`},
		{"an address is no mention", "a@sam", "<p>a@sam</p>"},
		{"code has no mentions", "`@sam`", "<p><code>@sam</code></p>"},
		{"a bare link", "see https://go.dev", `<p>see <a href="https://go.dev" rel="nofollow noreferrer noopener" target="_blank">https://go.dev</a></p>`},
		{"a link within the site", "[room](/rooms/3)", `<p><a href="/rooms/3" rel="nofollow">room</a></p>`},
		{"a javascript: link is text", "[x](javascript:alert(1))", "<p>x</p>"},
		{"an image loads nothing", "![cat](https://x.example/c.png)", `<p><a href="https://x.example/c.png" rel="nofollow noreferrer noopener" target="_blank">cat</a></p>`},
		{"code has colours", "```go\nvar x = 1 // one\n```", `<pre tabindex="0" aria-label="Go code"><code><span class="k">var</span> x = <span class="n">1</span> <span class="c">// one</span>` + "\n" + `</code></pre>`},
		{"code without a language", "```\n<a>\n```", "<pre tabindex=\"0\" aria-label=\"Code\"><code>&lt;a&gt;\n</code></pre>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := rendered(t, c.source); got != c.want {
				t.Errorf("%q\n got %s\nwant %s", c.source, got, c.want)
			}
		})
	}
}

// rendered returns the text's HTML. "sam" is the handle of the user 7.
func rendered(t *testing.T, source string) string {
	t.Helper()
	md, err := parseMarkdown(t.Context(), source)
	if err != nil {
		t.Fatalf("parse %q: %v", source, err)
	}
	return md.Render(map[string]int64{"sam": 7})
}

// renderedInTime is rendered, but returns false if the source ran out of its time, as any may
// on a busy machine.
func renderedInTime(t *testing.T, source string) (out string, ok bool) {
	t.Helper()
	md, err := parseMarkdown(t.Context(), source)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "", false
	case err != nil:
		t.Fatalf("parse %q: %v", source, err)
	}
	return md.Render(map[string]int64{"sam": 7}), true
}

// FuzzMarkdown checks that the renderer writes only allowed elements and attributes, and keeps its time limit.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"**a** `b`", "```go\nfunc", "<img src=x onerror=alert(1)>", "[a](javascript:x)", "> - 1. @sam ~~x", "![](data:text/html,x)", "\x00\xff", "@sam@maya", "<https://a b>"} {
		f.Add(seed)
	}
	for _, seed := range hostileMessages() {
		f.Add(seed)
	}
	allowed := regexp.MustCompile(`^(p|br|em|strong|del|code|pre|ul|ol|li|blockquote|span|a)$`)
	f.Fuzz(func(t *testing.T, source string) {
		if checkText(source) != nil {
			return
		}
		began := time.Now()
		out, ok := renderedInTime(t, source)
		if took := time.Since(began); took > maxRendering {
			t.Fatalf("%q took %v", source, took)
		}
		if !ok {
			return
		}
		if strings.TrimSpace(out) == "" {
			t.Fatalf("%q renders to nothing", source)
		}
		z := html.NewTokenizer(strings.NewReader(out))
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			checkToken(t, z.Token(), allowed)
		}
	})
}

func checkToken(t *testing.T, token html.Token, allowed *regexp.Regexp) {
	t.Helper()
	if token.Type == html.TextToken {
		return
	}
	if !allowed.MatchString(token.Data) {
		t.Fatalf("the renderer wrote <%s>", token.Data)
	}
	for _, a := range token.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" {
			t.Fatalf("the renderer wrote %s=%q", a.Key, a.Val)
		}
		if a.Key == "href" && !regexp.MustCompile(`^(https?:|mailto:|[^:]*($|[/?#]))`).MatchString(a.Val) {
			t.Fatalf("the renderer wrote a link to %q", a.Val)
		}
	}
}
