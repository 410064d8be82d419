//go:build unix

package postgres

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// runAs returns the user that Postgres runs as: nil, ourselves, unless we are root,
// which Postgres refuses. Then it is postgres, or else nobody. Whatever runs as
// nobody may read and change the files of its Postgres, though not connect to it.
func runAs(log *slog.Logger) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	if u, err := user.Lookup("postgres"); err == nil {
		return credential(u)
	}
	if u, err := user.Lookup("nobody"); err == nil {
		log.Warn("Postgres runs as nobody, as other services may; make a user postgres to keep its files from them")
		return credential(u)
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
	if err != nil || !info.IsDir() {
		return true // to be made by us, open to all; or a file, which claim refuses
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

// claim makes a folder with the mode, for the user that Postgres runs as, or for
// us if as is nil. A folder that exists is taken over, with owner and mode mended,
// if it belongs to one of the two. Anything else at its path is refused: in /tmp
// and /var/tmp others can make it first, a link to a place of theirs for example.
func claim(dir string, as *syscall.Credential, mode os.FileMode) error {
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make Postgres' folder: %w", err)
	}
	// All that follows is about what is open, not about what the path leads to by then.
	folder, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("the folder of Postgres, %s, is a file or a link; remove it or set DATA_DIR to another folder: %w", dir, err)
	}
	defer folder.Close()
	info, err := folder.Stat()
	if err != nil {
		return fmt.Errorf("look at Postgres' folder: %w", err)
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if owner != uint32(os.Geteuid()) && (as == nil || owner != as.Uid) {
		return fmt.Errorf("the folder of Postgres, %s, belongs to another user (%d); remove it or set DATA_DIR to another folder", dir, owner)
	}
	if as != nil {
		if err := folder.Chown(int(as.Uid), int(as.Gid)); err != nil {
			return fmt.Errorf("give Postgres its folder: %w", err)
		}
	}
	if err := folder.Chmod(mode); err != nil {
		return fmt.Errorf("close Postgres' folder to others: %w", err)
	}
	return nil
}
