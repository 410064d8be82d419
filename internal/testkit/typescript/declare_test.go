package typescript

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

// Colour is what a thing looks like.
type Colour string

const (
	Red  Colour = "red"
	Blue Colour = "blue" // the sky
)

// Base has what all things have.
type Base struct {
	ID int64 `json:"id"`
}

// Thing is a thing.
type Thing struct {
	Base
	Colour  Colour          `json:"colour"`
	Parent  *Thing          `json:"parent"`
	Note    *string         `json:"note,omitempty"`
	Times   []time.Time     `json:"times"`
	Maybes  []*bool         `json:"maybes"`
	More    map[string]any  `json:"more"`
	Raw     json.RawMessage `json:"raw"`
	Secret  string          `json:"-"`
	private int
}

func TestDeclarationsFollowTheJSONOfGo(t *testing.T) {
	types := New("../../..", map[reflect.Type]string{
		reflect.TypeFor[time.Time](): "string", reflect.TypeFor[json.RawMessage](): "unknown",
	})
	if got := types.TypeOf([]Thing{{private: 1}}); got != "typescript.Thing[]" {
		t.Errorf("the type is %s", got)
	}
	// The comments and constants of this file are not read, because it is a test.
	want := `export namespace typescript {
  interface Base {
    id: number
  }

  type Colour = string

  interface Thing extends typescript.Base {
    colour: typescript.Colour
    parent: typescript.Thing | null
    note?: string
    times: string[]
    maybes: (boolean | null)[]
    more: Record<string, any>
    raw: unknown
  }
}

`
	if got := types.Text(); got != want {
		t.Errorf("got %s", got)
	}
}

func TestDeclarationsHaveTheCommentsAndConstantsOfGo(t *testing.T) {
	source := readSource("../../live/hub")
	if got := source.docs["Change.HTML"] + source.docs["Verb"]; got != "Verb names what happened to a record.\n" {
		t.Errorf("the comments are %q", got)
	}
	if got := source.constants["Verb"]; len(got) != 5 || got[0] != "'created'" {
		t.Errorf("the constants are %q", got)
	}
}

func TestDeclarationsRefuseATypeThatWritesItsOwnJSON(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("time.Time was declared")
		}
	}()
	New("../../..", nil).TypeOf(time.Time{})
}
