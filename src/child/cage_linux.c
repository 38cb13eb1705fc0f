/* The cage of Linux. The order matters: limits first, then the promise of no new privileges that
 * Landlock and seccomp both ask for, then Landlock (it needs to open folders), seccomp last. */
#include "child/child.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* --- limits ------------------------------------------------------------------------------------- */

static bool limit(int what, int64_t value, struct err *e)
{
	struct rlimit r = { (rlim_t)value, (rlim_t)value };
	/* One second more for the hard limit: the soft one sends SIGXCPU, which tells why. */
	if (what == RLIMIT_CPU) r.rlim_max++;
	struct rlimit now;
	if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < r.rlim_max)
		r = (struct rlimit){ num_min(r.rlim_cur, now.rlim_max), now.rlim_max };
	return setrlimit((__rlimit_resource_t)what, &r) == 0 || err_os(e, "setrlimit %d", what);
}

static bool set_limits(const struct child_cage *c, struct err *e)
{
	if (!limit(RLIMIT_CORE, 0, e) || !limit(RLIMIT_NOFILE, 256, e)) return false;
	/* A sanitizer reserves terabytes of addresses. */
	if (c->memory_mb > 0 && !SANITIZED && !limit(RLIMIT_AS, c->memory_mb << 20, e)) return false;
	if (c->cpu_s > 0 && !limit(RLIMIT_CPU, c->cpu_s, e)) return false;
	return c->file_mb <= 0 || limit(RLIMIT_FSIZE, c->file_mb << 20, e);
}

/* --- Landlock ----------------------------------------------------------------------------------- */

/* The header of an older kernel lacks the younger rights; their numbers are fixed. */
enum {
	LAND_REFER = 1 << 13,
	LAND_TRUNCATE = 1 << 14,
	LAND_IOCTL_DEV = 1 << 15,
	LAND_FIRST = (1 << 13) - 1, /* all rights of the first version */
	LAND_READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	LAND_NET_BOTH = 3,
	LAND_SCOPE_BOTH = 3,
};

struct land_rules {
	uint64_t fs, net, scoped;
};

static bool allow(int rules, int fd, uint64_t rights, struct err *e)
{
	struct landlock_path_beneath_attr below = { .allowed_access = rights, .parent_fd = fd };
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0) return true;
	return err_os(e, "landlock_add_rule");
}

static bool allow_folder(int rules, const char *path, uint64_t rights, bool must, struct err *e)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0) return !must || err_os(e, "open of a folder for the cage");
	bool ok = allow(rules, fd, rights, e);
	close(fd);
	return ok;
}

static bool allow_reading(int rules, const char *const *paths, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct stat st;
		if (stat(paths[i], &st) < 0) continue;
		uint64_t rights = S_ISDIR(st.st_mode) ? LAND_READ : LANDLOCK_ACCESS_FS_READ_FILE;
		if (!allow_folder(rules, paths[i], rights, false, e)) return false;
	}
	return true;
}

static bool allow_all(int rules, const struct child_cage *c, uint64_t handled, struct err *e)
{
	/* A file takes only the rights that files have. */
	for (size_t i = 0; i < c->nread_fds; i++) {
		struct stat st;
		if (fstat(c->read_fds[i], &st) < 0) return err_os(e, "fstat for the cage");
		if (S_ISREG(st.st_mode) && !allow(rules, c->read_fds[i], LANDLOCK_ACCESS_FS_READ_FILE, e)) return false;
	}
	uint64_t whole = handled & ~(uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
	                                       LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SOCK |
	                                       LANDLOCK_ACCESS_FS_MAKE_FIFO | LAND_IOCTL_DEV);
	for (size_t i = 0; i < c->nfolders; i++)
		if (!allow_folder(rules, c->folders[i], whole, true, e)) return false;
	/* What libraries look at: the machine's size, zones, coordinate systems, our own descriptors. */
	static const char *const known[] = { "/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/sys/fs/cgroup",
		"/sys/devices/system/cpu", "/usr/share/zoneinfo", "/usr/share/proj", "/etc/localtime", "/dev/urandom" };
	return allow_reading(rules, known, COUNT_OF(known), e) && allow_reading(rules, c->readable, c->nreadable, e);
}

static bool set_landlock(const struct child_cage *c, unsigned *parts, struct err *e)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1) return true; /* the kernel has none; seccomp stands alone */
	struct land_rules r = { .fs = LAND_FIRST };
	size_t size = sizeof r.fs;
	if (version >= 2) r.fs |= LAND_REFER;
	if (version >= 3) r.fs |= LAND_TRUNCATE;
	if (version >= 5) r.fs |= LAND_IOCTL_DEV;
	if (version >= 4) {
		r.net = LAND_NET_BOTH;
		size = sizeof r.fs + sizeof r.net;
	}
	if (version >= 6) {
		r.scoped = LAND_SCOPE_BOTH;
		size = sizeof r;
	}
	int rules = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (rules < 0) return err_os(e, "landlock_create_ruleset");
	bool ok = allow_all(rules, c, r.fs, e);
	if (ok && syscall(SYS_landlock_restrict_self, rules, 0) < 0) ok = err_os(e, "landlock_restrict_self");
	close(rules);
	if (ok) *parts |= CHILD_CAGE_LANDLOCK;
	return ok;
}

/* --- seccomp ------------------------------------------------------------------------------------ */

/* What reading, unpacking and loading with threads needs. Anything else answers EPERM, so that a
 * library that merely asks goes on without. */
static const char *const allowed[] = {
	"access", "arch_prctl", "brk", "clock_getres", "clock_gettime", "clock_nanosleep", "close", "close_range",
	"copy_file_range", "dup", "dup2", "dup3", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait",
	"eventfd2", "exit", "exit_group", "faccessat", "faccessat2", "fadvise64", "fallocate", "fcntl",
	"fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate", "futex", "getcpu", "getcwd",
	"getdents64", "getegid", "geteuid", "getgid", "getpid", "getppid", "getrandom", "getrlimit",
	"getrusage", "gettid", "gettimeofday", "getuid", "get_mempolicy", "get_robust_list", "lseek", "lstat",
	"madvise", "membarrier", "mincore", "mkdir", "mkdirat", "mmap", "mprotect", "mremap", "msync", "munmap",
	"nanosleep", "newfstatat", "open", "openat", "pipe2", "poll", "ppoll", "pread64", "preadv", "pwrite64",
	"pwritev", "read", "readahead", "readlink", "readlinkat", "readv", "rename", "renameat", "renameat2",
	"restart_syscall", "rmdir", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait",
	"sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_setaffinity", "sched_yield",
	"set_robust_list", "set_tid_address", "sigaltstack", "stat", "statfs", "statx", "sync_file_range",
	"sysinfo", "time", "times", "truncate", "umask", "uname", "unlink", "unlinkat", "utimensat", "write",
	"writev",
};

static int permit(scmp_filter_ctx f, const char *name, unsigned n, const struct scmp_arg_cmp *args)
{
	int call = seccomp_syscall_resolve_name(name);
	if (call == __NR_SCMP_ERROR) return 0; /* unknown to this library: stays forbidden */
	return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, call, n, args);
}

static struct scmp_arg_cmp is(unsigned n, uint64_t value)
{
	return (struct scmp_arg_cmp){ .arg = n, .op = SCMP_CMP_EQ, .datum_a = value };
}

static int add_special(scmp_filter_ctx f)
{
	/* Threads, not processes. clone3 hides its flags in memory; ENOSYS makes the C library use clone. */
	struct scmp_arg_cmp thread = { .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = CLONE_THREAD };
	int bad = permit(f, "clone", 1, &thread);
	bad |= seccomp_rule_add_array(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
	/* A limit may be read, and of ourselves only. */
	struct scmp_arg_cmp read_limit[] = { is(0, 0), is(2, 0) };
	bad |= permit(f, "prlimit64", 2, read_limit);
	struct scmp_arg_cmp self = is(0, (uint64_t)getpid());
	bad |= permit(f, "tgkill", 1, &self);
	bad |= permit(f, "kill", 1, &self);
	struct scmp_arg_cmp is_terminal = is(1, 0x5401 /* TCGETS: isatty asks */);
	bad |= permit(f, "ioctl", 1, &is_terminal);
	static const int wishes[] = { PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_VMA };
	for (size_t i = 0; i < COUNT_OF(wishes); i++) {
		struct scmp_arg_cmp wish = is(0, (uint64_t)wishes[i]);
		bad |= permit(f, "prctl", 1, &wish);
	}
	return bad;
}

static bool set_seccomp(unsigned *parts, struct err *e)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!f) return err_set(e, ERR_SYSTEM, "the cage for reading files could not be built");
	int bad = 0;
	for (size_t i = 0; i < COUNT_OF(allowed); i++) bad |= permit(f, allowed[i], 0, NULL);
	bad |= add_special(f);
	int said = bad ? bad : seccomp_load(f);
	seccomp_release(f);
	if (said != 0) {
		err_set(e, ERR_SYSTEM, "this kernel does not let files be read safely (seccomp is missing)");
		return err_cause(e, "seccomp: %d", said);
	}
	*parts |= CHILD_CAGE_SECCOMP;
	return true;
}

bool child_cage(const struct child_cage *c, unsigned *parts, struct err *e)
{
	*parts = 0;
	if (!set_limits(c, e)) return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return err_os(e, "prctl(PR_SET_NO_NEW_PRIVS)");
	return set_landlock(c, parts, e) && set_seccomp(parts, e);
}
