package search

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
)

// TestStandingQueryEqualsNewSearchAfterRandomChanges changes entries and rights at
// random. Several writers commit their transactions in another order than they began,
// or roll back, while users change their queries on two nodes. When all writers have
// finished, each connection must show what a new search returns. SEARCH_SEED repeats
// a run.
func TestStandingQueryEqualsNewSearchAfterRandomChanges(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("SEARCH_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SEARCH_SEED=%d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	x := newIndex(t, people, nil)
	nodes := []*testIndex{x, nodeOn(t, x.db, nil)}
	var clients []*client
	for i := range 40 {
		clients = append(clients, nodes[i%2].connect(int64(i%people)+1))
	}
	for round := range 6 {
		for i, c := range clients {
			if round == 0 || dice.IntN(5) == 0 {
				c.subscribe(t, someQuery(dice), int64(round*100+i), someKinds(dice)...)
			}
		}
		var writers sync.WaitGroup
		for w := range 4 {
			dice := rand.New(rand.NewPCG(seed, uint64(round*10+w+1)))
			writers.Go(func() { nodes[w%2].changeAtRandom(t.Context(), dice, 12, round%2 == 1) })
		}
		for range 10 { // some change their query during the writes
			c := clients[dice.IntN(len(clients))]
			c.subscribe(t, someQuery(dice), c.number+1000, someKinds(dice)...)
		}
		writers.Wait()
		for _, c := range clients {
			c.wantFreshResults(t)
		}
	}
}

const people = 5

var someWords = strings.Fields("red blue green shoe shoes lamp lamps keyboard keybord mechanical wireless wire desk café 東京 🎉 x xy")

func someUser(dice *rand.Rand) int64 { return int64(dice.IntN(people)) + 1 }
func someText(dice *rand.Rand, most int) string {
	var words []string
	for range 1 + dice.IntN(most) {
		words = append(words, someWords[dice.IntN(len(someWords))])
	}
	return strings.Join(words, " ")
}

func someScope(dice *rand.Rand) string { return []string{"room:1", "room:2", "room:3"}[dice.IntN(3)] }

func someQuery(dice *rand.Rand) string {
	text := someText(dice, 2)
	switch dice.IntN(9) {
	case 8: // typos, which match only names
		return []string{"mecanical", "wirless", "keyborad", "mechanicl desk"}[dice.IntN(4)]
	case 0:
		return `"` + text + `"`
	case 1:
		return text + " -" + someText(dice, 1)
	case 2:
		return text + " or " + someText(dice, 2)
	case 3, 4:
		runes := []rune(text)
		return string(runes[:1+dice.IntN(len(runes))])
	}
	return text
}

func someKinds(dice *rand.Rand) []index.Kind {
	switch dice.IntN(3) {
	case 0:
		return nil
	case 1:
		return []index.Kind{index.Product}
	}
	return []index.Kind{index.Kinds[dice.IntN(len(index.Kinds))], index.Kinds[dice.IntN(len(index.Kinds))]}
}

func someEntry(dice *rand.Rand) index.Entry {
	e := index.Entry{
		Kind: index.Kinds[dice.IntN(len(index.Kinds))], ID: int64(dice.IntN(60)) + 1, Scope: index.Public,
		Title: someText(dice, 3), Body: someText(dice, 12), At: minute(dice.IntN(30)),
	}
	if e.Kind.Restricted() && dice.IntN(2) == 0 {
		e.Scope = someScope(dice)
	}
	return e
}

// changeAtRandom runs transactions, some of which are slow. Rights change only in some
// rounds: a change of rights makes the viewer's queries run again, which would hide
// other bugs.
func (x *testIndex) changeAtRandom(ctx context.Context, dice *rand.Rand, times int, rights bool) {
	for range times {
		err := postgres.InTx(ctx, x.db, func(tx postgres.Tx) error {
			if err := x.changeOnce(ctx, tx, dice, rights); err != nil {
				return err
			}
			if dice.IntN(4) == 0 {
				loop.Sleep(ctx, time.Duration(dice.IntN(60))*time.Millisecond)
			}
			if dice.IntN(8) == 0 {
				return fmt.Errorf("rolled back at random")
			}
			return nil
		})
		if err == nil && dice.IntN(4) > 0 { // some changes are left to polling
			x.Changed()
		}
	}
}

func (x *testIndex) changeOnce(ctx context.Context, tx postgres.Tx, dice *rand.Rand, rights bool) error {
	switch n := dice.IntN(10); {
	case n < 2:
		return x.Drop(ctx, tx, index.Kinds[dice.IntN(len(index.Kinds))], int64(dice.IntN(60))+1, int64(dice.IntN(60))+1)
	case n == 2 && rights:
		return x.Grant(ctx, tx, someScope(dice), someUser(dice), someUser(dice))
	case n == 3 && rights:
		return x.Revoke(ctx, tx, someScope(dice), someUser(dice), someUser(dice))
	}
	var entries []index.Entry
	for range 1 + dice.IntN(4) {
		entries = append(entries, someEntry(dice))
	}
	return x.Put(ctx, tx, entries...)
}
