package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pairs are the colours of foregrounds and their backgrounds, with the minimum
// contrast of WCAG 2: 4.5 for text, 3 for graphics.
var pairs = []struct {
	front, back string
	needs       float64
}{
	{"text", "bg", 4.5},
	{"text", "panel", 4.5},
	{"text", "raised", 4.5},
	{"text", "sunken", 4.5},
	{"text-2", "bg", 4.5},
	{"text-2", "panel", 4.5},
	{"text-2", "raised", 4.5},
	{"text-2", "sunken", 4.5},
	{"text-3", "bg", 4.5},
	{"text-3", "panel", 4.5},
	{"text-3", "raised", 4.5},
	{"text-3", "sunken", 4.5},
	{"text-3", "accent-soft", 4.5},
	{"text-3", "warn-soft", 4.5},
	{"text-3", "flash", 4.5},
	{"text", "mark", 4.5},
	{"text", "flash", 4.5},
	{"text", "warn-soft", 4.5},
	{"on-solid", "accent", 4.5},
	{"on-solid", "accent-hover", 4.5},
	{"on-solid", "ok-solid", 4.5},
	{"on-solid", "bad-solid", 4.5},
	{"accent-text", "bg", 4.5},
	{"accent-text", "panel", 4.5},
	{"accent-text", "raised", 4.5},
	{"accent-text", "accent-soft", 4.5},
	{"ok-text", "panel", 4.5},
	{"ok-text", "raised", 4.5},
	{"ok-text", "ok-soft", 4.5},
	{"warn-text", "panel", 4.5},
	{"warn-text", "raised", 4.5},
	{"warn-text", "warn-soft", 4.5},
	{"bad-text", "panel", 4.5},
	{"bad-text", "raised", 4.5},
	{"bad-text", "bad-soft", 4.5},
	{"line-control", "panel", 3},
	{"focus", "bg", 3},
	{"focus", "panel", 3},
	{"focus", "raised", 3},
	{"ok-dot", "panel", 3},
	{"warn-dot", "panel", 3},
	{"series-1", "panel", 3},
	{"series-2", "panel", 3},
	{"series-3", "panel", 3},
	{"series-4", "panel", 3},
}

func TestContrastOfColours(t *testing.T) {
	for theme, colours := range tokens(t) {
		for _, p := range pairs {
			if got := colours[p.front].against(colours[p.back]); got < p.needs {
				t.Errorf("%s: %s on %s is %.2f, needs %.1f", theme, p.front, p.back, got, p.needs)
			}
		}
	}
}

func TestContrastOfAvatars(t *testing.T) {
	css := source(t, "static/core/01-tokens.css")
	hues := regexp.MustCompile(`\[data-hue="\d"\]\s*\{\s*--hue: (\d+)`).FindAllStringSubmatch(css, -1)
	if len(hues) != 8 {
		t.Fatalf("%d hues, want 8", len(hues))
	}
	for _, hue := range hues {
		for theme, colours := range tokens(t, "var(--hue)", hue[1]) {
			if got := colours["on-solid"].against(colours["person"]); got < 4.5 {
				t.Errorf("%s: white on hue %s is %.2f", theme, hue[1], got)
			}
			if got := colours["person"].against(colours["panel"]); got < 3 {
				t.Errorf("%s: hue %s on the panel is %.2f", theme, hue[1], got)
			}
		}
	}
}

// The wanted values are computed by the formulas of the CSS Color specification.
func TestContrastParsesOklch(t *testing.T) {
	for value, want := range map[string]string{
		"oklch(100% 0 0)":        "#ffffff",
		"oklch(96.4% 0.005 268)": "#f2f3f7",
		"oklch(23% 0.02 268)":    "#191d27",
		"oklch(51.5% 0.205 268)": "#3756db",
		"oklch(78% 0.115 268)":   "#98b5ff",
	} {
		if got := parse(t, value).hex(); got != want {
			t.Errorf("%s is %s, want %s", value, got, want)
		}
	}
}

// colour is a colour in linear-light sRGB, each component from 0 to 1.
type colour [3]float64

var token = regexp.MustCompile(`--([\w-]+):\s*(light-dark\((oklch\([^()]*\)),\s*(oklch\([^()]*\))\)|oklch\([^()]*\));`)

// tokens returns the opaque colours of both themes by name, after replacements
// in the source, given as pairs of old and new.
func tokens(t *testing.T, replace ...string) map[string]map[string]colour {
	t.Helper()
	css := strings.NewReplacer(replace...).Replace(source(t, "static/core/01-tokens.css"))
	themes := map[string]map[string]colour{"light": {}, "dark": {}}
	for _, found := range token.FindAllStringSubmatch(css, -1) {
		name, light, dark := found[1], found[3], found[4]
		if light == "" {
			light, dark = found[2], found[2]
		}
		if !strings.ContainsAny(light+dark, "/v") {
			themes["light"][name], themes["dark"][name] = parse(t, light), parse(t, dark)
		}
	}
	return themes
}

// parse converts oklch(L% C H) by oklab's axes and its two matrices, and clips
// the result to sRGB.
func parse(t *testing.T, value string) colour {
	t.Helper()
	var lightness, chroma, hue float64
	if _, err := fmt.Sscanf(value, "oklch(%f%% %f %f)", &lightness, &chroma, &hue); err != nil {
		t.Fatalf("%s: %v", value, err)
	}
	lightness, hue = lightness/100, hue*math.Pi/180
	a, b := chroma*math.Cos(hue), chroma*math.Sin(hue)
	l := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	m := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	s := cube(lightness - 0.0894841775*a - 1.2914855480*b)
	return colour{
		clip(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		clip(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		clip(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
}

func cube(x float64) float64 { return x * x * x }
func clip(x float64) float64 { return min(max(x, 0), 1) }

func (c colour) luminance() float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

func (c colour) against(other colour) float64 {
	one, two := c.luminance()+0.05, other.luminance()+0.05
	return max(one, two) / min(one, two)
}

func (c colour) hex() string {
	out := "#"
	for _, part := range c {
		if part <= 0.0031308 {
			part *= 12.92
		} else {
			part = 1.055*math.Pow(part, 1/2.4) - 0.055
		}
		out += fmt.Sprintf("%02s", strconv.FormatInt(int64(math.Round(part*255)), 16))
	}
	return out
}
