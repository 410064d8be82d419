package budget

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"hubbub/internal/base/fault"
)

var small = Limit{Bytes: 1000, Nodes: 100, Time: 50 * time.Millisecond}

func TestLimitEndsAParseThatNeverEnds(t *testing.T) {
	err := small.Run(t.Context(), "text", 1, func(m *Meter) {
		for {
			m.Tick()
		}
	})
	if !fault.Is(err, http.StatusUnprocessableEntity) {
		t.Errorf("the error is %v", err)
	}
}

func TestLimitEndsAParseOfTooManyNodes(t *testing.T) {
	made := 0
	err := small.Run(t.Context(), "text", 1, func(m *Meter) {
		for ; ; made++ {
			m.Add(1)
		}
	})
	if !fault.Is(err, http.StatusUnprocessableEntity) || made != small.Nodes {
		t.Errorf("after %d nodes the error is %v", made, err)
	}
}

func TestLimitRefusesAnInputThatIsTooLong(t *testing.T) {
	err := small.Run(t.Context(), "text", small.Bytes+1, func(*Meter) { t.Error("it was parsed") })
	if f := fault.Of(err); f == nil || f.Errors["text"] == "" {
		t.Errorf("the error is %v", err)
	}
}

func TestLimitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := small.Run(ctx, "text", 1, func(m *Meter) {
		cancel()
		m.Tick()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestLimitPassesOtherPanicsOn(t *testing.T) {
	defer func() {
		if reason := recover(); reason != "a defect" {
			t.Errorf("recovered %v", reason)
		}
	}()
	_ = small.Run(t.Context(), "text", 1, func(*Meter) { panic("a defect") })
}

func TestMarkdownRunsUnderItsLimit(t *testing.T) {
	p := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	md := NewMarkdown(small, p)
	if _, err := md.Parse(t.Context(), "text", []byte("|a|b|\n|-|-|\n|c|d|\n")); err != nil {
		t.Errorf("a small table: %v", err)
	}
	if _, err := md.Parse(t.Context(), "text", []byte("|a|b|\n|-|-|\n"+strings.Repeat("|c\n", 60))); err == nil {
		t.Error("a table of too many cells was parsed")
	}
	if _, err := md.Parse(t.Context(), "text", []byte(strings.Repeat("*a* ", 60))); err == nil {
		t.Error("a paragraph of too many nodes was parsed")
	}
}
