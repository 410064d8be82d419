package account

import (
	"regexp"
	"strings"
	"testing"

	"hubbub/web/jstest"
)

func TestHandleIsMadeFromTheFirstName(t *testing.T) {
	valid := regexp.MustCompile(`^` + HandlePattern + `$`)
	for name, want := range map[string]string{
		"Sam Rivera":            "sam",
		"  Zoë  Müller":         "zoe",
		"Łukasz":                "lukasz",
		"Çağrı":                 "cagri",
		"Jean-Luc Picard":       "jeanluc",
		"O'Neill":               "oneill",
		"李伟":                    "李伟",
		"Мария Иванова":         "мария",
		"हिन्दी":                "हिन्दी",
		"😀 Smile":               "person",
		"R2D2":                  "r2d2",
		strings.Repeat("a", 80): strings.Repeat("a", maxHandle),
	} {
		if got := handleBase(name); got != want || !valid.MatchString(got) {
			t.Errorf("%s is @%s, want @%s", name, got, want)
		}
	}
}

func TestHandleThatIsTakenGetsANumber(t *testing.T) {
	for _, is := range []struct {
		base  string
		taken []string
		want  string
	}{
		{"sam", nil, "sam"},
		{"sam", []string{"sam"}, "sam2"},
		{"sam", []string{"sam", "sam2", "sam4"}, "sam3"},
		{"everyone", nil, "everyone2"},
	} {
		if got := freeHandle(is.base, is.taken); got != is.want {
			t.Errorf("%s with %v taken is %s, want %s", is.base, is.taken, got, is.want)
		}
	}
}

func TestSignInRedirectsOnlyToThisSite(t *testing.T) {
	for next, want := range map[string]string{
		"/rooms/3?before=4#m5":    "/rooms/3?before=4#m5",
		"":                        "/",
		"rooms":                   "/",
		"//evil.example":          "/",
		"///evil.example":         "/",
		`/\evil.example`:          "/",
		"/\t/evil.example":        "/",
		"https://evil.example/":   "/",
		"javascript:alert(1)":     "/",
		"/rooms\r\nSet-Cookie: a": "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("%q redirects to %q, want %q", next, got, want)
		}
	}
}

func TestSignUpFieldsAreValidated(t *testing.T) {
	for _, email := range []string{"a@example.org", "first.last+tag@sub.example.org", "o'neill@example.org", "ünal@example.org"} {
		if problem := emailProblem(email); problem != "" {
			t.Errorf("%s %s", email, problem)
		}
	}
	for _, email := range []string{"", "a", "@example.org", "a@", "a b@example.org", "A <a@example.org>", "a@b@c", "a@example.org\n", strings.Repeat("a", 250) + "@b.org"} {
		if emailProblem(email) == "" {
			t.Errorf("%q is accepted as an email", email)
		}
	}
	if passwordProblem("zehn Zeiche") != "" || passwordProblem("日本語日本語日本語日") != "" {
		t.Error("a password's length is not counted in characters")
	}
	if nameProblem(strings.Repeat("é", maxName)) != "" || nameProblem(strings.Repeat("é", maxName+1)) == "" {
		t.Error("the limit of a name is not 80 characters")
	}
	if nameProblem("\xff") == "" || nameProblem("a\x00") == "" {
		t.Error("a name that cannot be shown is accepted")
	}
}

func TestUserAgentIsDescribed(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                           "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":            "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile Safari/604.1": "Safari on iPhone",
		"curl/8.1": "curl/8.1",
		"":         "Unknown device",
	} {
		if got := describeAgent(agent); got != want {
			t.Errorf("%s is described as %s, want %s", agent, got, want)
		}
	}
}

func TestHueOfIsStableAndEvenlyDistributed(t *testing.T) {
	seen := map[int]int{}
	for id := range int64(800) {
		hue := HueOf(id)
		if hue < 1 || hue > 8 || hue != HueOf(id) {
			t.Fatalf("%d has hue %d", id, hue)
		}
		seen[hue]++
	}
	for hue := 1; hue <= 8; hue++ {
		if seen[hue] < 50 {
			t.Errorf("%d of 800 have hue %d", seen[hue], hue)
		}
	}
}

func TestHueIsThatOfScripts(t *testing.T) {
	for _, c := range jstest.Rules[struct {
		ID  int64
		Hue int
	}](t, "hues") {
		if got := HueOf(c.ID); got != c.Hue {
			t.Errorf("%d: %d, want %d", c.ID, got, c.Hue)
		}
	}
}
