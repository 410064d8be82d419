package emoji_test

import (
	"strings"
	"testing"

	"hubbub/internal/chat/emoji"
)

func TestEmojiOfEveryKindIsOne(t *testing.T) {
	for name, s := range map[string]string{
		"a face":                        "😀",
		"a thumb":                       "👍",
		"with a skin tone":              "👍🏽",
		"with a selector":               "❤\ufe0f",
		"the same without":              "❤",
		"a keycap":                      "1\ufe0f\u20e3",
		"a family":                      "👨\u200d👩\u200d👧\u200d👦",
		"a profession with a skin tone": "👩🏿\u200d🚒",
		"two skin tones":                "👩🏻\u200d🤝\u200d👨🏾",
		"a direction":                   "🏃\u200d♀\ufe0f\u200d➡\ufe0f",
		"a flag of a country":           "🇩🇪",
		"a flag of a region":            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
		"a flag by joiners":             "🏳\ufe0f\u200d🌈",
		"of Unicode 15":                 "🫨",
		"of Unicode 16":                 "🫩",
		"of Unicode 17":                 "🫪",
		"of Unicode 18":                 "🫫",
		"a hand of Unicode 18":          "🫹🏿",
	} {
		if !emoji.Is(s) {
			t.Errorf("%s: %q is no emoji", name, s)
		}
	}
}

func TestEmojiIsNothingElse(t *testing.T) {
	for name, s := range map[string]string{
		"nothing":                "",
		"a letter":               "a",
		"a digit":                "1",
		"a word":                 "thumbsup",
		"two emoji":              "👍👍",
		"with a space":           "👍 ",
		"with a line break":      "👍\n👎",
		"with text":              "👍a",
		"half a flag":            "🇩",
		"the flag of nowhere":    "🇽🇽",
		"a joiner":               "\u200d",
		"a selector":             "\ufe0f",
		"an open sequence":       "👩\u200d",
		"a sequence of nothing":  "👍\u200d👎",
		"a face with a tone":     "😀🏽",
		"bytes that are no text": "\xf0\x9f\x98",
		"very much":              strings.Repeat("👍", 10000),
	} {
		if emoji.Is(s) {
			t.Errorf("%s: %.40q is an emoji", name, s)
		}
	}
}

func BenchmarkIs(b *testing.B) {
	for b.Loop() {
		emoji.Is("👩🏻\u200d🤝\u200d👨🏾")
	}
}
