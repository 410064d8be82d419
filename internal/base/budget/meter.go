package budget

import (
	"context"
	"errors"
	"fmt"

	"hubbub/internal/base/fault"
)

// Meter counts the cost of one parse. It belongs to one goroutine.
type Meter struct {
	ctx   context.Context
	nodes int // that the parser may still make
}

// spent is the value with which a Meter panics. Run recovers it.
type spent struct{ reason error }

var errNodes = errors.New("budget: too many nodes")

// Run calls parse with a Meter. If the parse costs more than the limit, Run ends
// it and returns a fault, 422, that names the field. If ctx ends first, Run returns
// its error.
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
			err = l.refusal(ctx, field, stop.reason)
		default:
			panic(stop)
		}
	}()
	parse(&Meter{ctx: timed, nodes: l.Nodes})
	return nil
}

func (l Limit) refusal(ctx context.Context, field string, reason error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.Invalid(field, "is too complex: make it simpler, or split it").WithCause(reason)
}

// Tick panics when the time is up.
func (m *Meter) Tick() {
	if err := m.ctx.Err(); err != nil {
		panic(spent{err})
	}
}

// Add counts nodes that are about to be made. It panics when they are too many, or
// the time is up.
func (m *Meter) Add(nodes int) {
	if m.nodes -= nodes; m.nodes < 0 {
		panic(spent{errNodes})
	}
	m.Tick()
}
