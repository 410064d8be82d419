package budget

import (
	"context"
	"errors"
	"fmt"

	"hubbub/internal/fault"
)

// Meter counts what one parse costs. It belongs to one goroutine.
type Meter struct {
	ctx   context.Context
	nodes int // that may still be made
}

// spent is the panic of a Meter. Only Run knows it.
type spent struct{ why error }

var errNodes = errors.New("budget: too many nodes")

// Run calls parse with a Meter. When the parse costs more than the limit, Run
// ends it and returns a fault, 422, that names the field. When ctx ends first, Run
// returns its error.
func (l Limit) Run(ctx context.Context, field string, size int, parse func(*Meter)) (err error) {
	if size > l.Bytes {
		return fault.Invalid(field, fmt.Sprintf("must not be more than %d bytes", l.Bytes))
	}
	timed, cancel := context.WithTimeout(ctx, l.Time)
	defer cancel()
	defer func() {
		switch stop := recover().(type) {
		case nil:
		case spent:
			err = l.refusal(ctx, field, stop.why)
		default:
			panic(stop)
		}
	}()
	parse(&Meter{ctx: timed, nodes: l.Nodes})
	return nil
}

func (l Limit) refusal(ctx context.Context, field string, why error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.Invalid(field, "is too complex: make it simpler, or split it").Because(why)
}

// Tick panics when the time is up.
func (m *Meter) Tick() {
	if err := m.ctx.Err(); err != nil {
		panic(spent{err})
	}
}

// Add counts nodes that are about to be made, and panics when they are too many.
func (m *Meter) Add(nodes int) {
	if m.nodes -= nodes; m.nodes < 0 {
		panic(spent{errNodes})
	}
	m.Tick()
}
