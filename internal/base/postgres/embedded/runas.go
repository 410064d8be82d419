//go:build unix

package embedded

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

// runAs returns the user that Postgres runs as: nil, for this process's own user,
// unless that is root, as which Postgres refuses to run. Then it is the user
// postgres, or else nobody, whose other processes may then read and change the
// files of this Postgres, but not connect to it.
func runAs(log *slog.Logger) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	if u, err := user.Lookup("postgres"); err == nil {
		return credential(u)
	}
	if u, err := user.Lookup("nobody"); err == nil {
		log.Warn("Postgres runs as the user nobody, as other services may; create a user postgres to protect its files")
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

// reachable returns dir, or a folder in /var/tmp with a name derived from it if the
// user may not enter dir, as for everything under /root.
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
		return true // enterable creates it open to all; or it is a file, which claim refuses
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

// claim creates a folder with the mode, for the user that Postgres runs as, or for
// this process's user if as is nil. If the folder exists and belongs to one of the
// two, claim sets its owner and mode. It refuses anything else at the path: in /tmp
// and /var/tmp another user can create it first, for example as a link.
func claim(dir string, as *syscall.Credential, mode os.FileMode) error {
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make Postgres' folder: %w", err)
	}
	// From here on only the open file is used: the path may lead elsewhere by now.
	folder, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("the folder of Postgres, %s, is a file or a link; remove it or set DATA_DIR to another folder: %w", dir, err)
	}
	defer folder.Close()
	info, err := folder.Stat()
	if err != nil {
		return fmt.Errorf("stat Postgres' folder: %w", err)
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if owner != uint32(os.Geteuid()) && (as == nil || owner != as.Uid) {
		return fmt.Errorf("the folder of Postgres, %s, belongs to another user (%d); remove it or set DATA_DIR to another folder", dir, owner)
	}
	if as != nil {
		if err := folder.Chown(int(as.Uid), int(as.Gid)); err != nil {
			return fmt.Errorf("change the owner of Postgres' folder: %w", err)
		}
	}
	if err := folder.Chmod(mode); err != nil {
		return fmt.Errorf("change the mode of Postgres' folder: %w", err)
	}
	return nil
}
