//go:build unix

package postgres

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// runAs is the user that Postgres runs as: nil, ourselves, unless we are root,
// which Postgres refuses. Then it is postgres, or else nobody.
func runAs() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return credential(u)
		}
	}
	return nil, errors.New("no user postgres or nobody to run Postgres as, which refuses to run as root: set DATABASE_URL or start Hubbub as another user")
}

func credential(u *user.User) (*syscall.Credential, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", u.Username, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// reachable returns dir, or a folder named after it in /var/tmp if that user may
// not enter dir, as with everything under /root.
func reachable(dir string, as *syscall.Credential) string {
	for up := dir; as != nil && up != "/"; up = filepath.Dir(up) {
		if !mayEnter(up, as) {
			return fmt.Sprintf("/var/tmp/hubbub-%x", sha256.Sum256([]byte(dir)))[:len("/var/tmp/hubbub-")+12]
		}
	}
	return dir
}

func mayEnter(dir string, as *syscall.Credential) bool {
	info, err := os.Stat(dir)
	if err != nil {
		return true // to be made by us, open to all
	}
	owner := info.Sys().(*syscall.Stat_t)
	switch {
	case owner.Uid == as.Uid:
		return info.Mode()&0o100 != 0
	case owner.Gid == as.Gid:
		return info.Mode()&0o010 != 0
	}
	return info.Mode()&0o001 != 0
}

// makeFolders makes dir and gives it to the user that Postgres runs as.
func makeFolders(as *syscall.Credential, dirs ...string) error {
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make Postgres' folder: %w", err)
		}
		if as == nil {
			continue
		}
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return fmt.Errorf("give Postgres its folder: %w", err)
		}
	}
	return nil
}
