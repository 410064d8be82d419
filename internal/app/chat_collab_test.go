package app

import (
	"net/url"
	"testing"
)

func TestDocumentCardNeedsALinkToThisInstance(t *testing.T) {
	base, err := url.Parse("https://hubbub.example")
	if err != nil {
		t.Fatal(err)
	}
	app := &App{config: Config{BaseURL: base}}
	for link, want := range map[string]int64{
		"/documents/7":                          7,
		"/documents/7#heading":                  7,
		"https://hubbub.example/documents/7":    7,
		"https://elsewhere.example/documents/7": 0,
		"//elsewhere.example/documents/7":       0,
		"/documents/7/export":                   0,
		"/documents/0x7":                        0,
		"/rooms/7":                              0,
		"mailto:documents/7":                    0,
		"%zz":                                   0,
	} {
		if got := app.linkedDocument(link); got != want {
			t.Errorf("%s leads to %d, want %d", link, got, want)
		}
	}
}
