//! Seccomp: system calls that no decoder needs answer with an error.
//!
//! The default is to allow: which calls a build of ffmpeg and its libraries makes differs from one
//! distribution to the next, while the calls that reach out of the jail are known.

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Sockets, other processes, the kernel's rarer corners, and new names in the file system.
const DENIED: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_kcmp,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_acct,
    libc::SYS_sethostname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_personality,
    libc::SYS_memfd_secret,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    libc::SYS_kill,
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_fchmodat,
    libc::SYS_fchownat,
];

/// Filters the calling thread, and all it executes.
pub(super) fn restrict() -> Result<(), seccompiler::Error> {
    apply_filter(&program(denied()?, libc::EPERM)?)?;
    // With "not implemented" the C library falls back to `clone`, whose flags a filter can read.
    apply_filter(&program(with_x32(libc::SYS_clone3, Vec::new()), libc::ENOSYS)?)
}

fn program(rules: Rules, errno: i32) -> Result<BpfProgram, seccompiler::Error> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let deny = SeccompAction::Errno(errno.unsigned_abs());
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, deny, arch)?.try_into()?)
}

fn denied() -> Result<Rules, seccompiler::Error> {
    let mut rules: Rules = DENIED.iter().flat_map(|nr| with_x32(*nr, Vec::new())).collect();
    rules.extend(with_x32(libc::SYS_clone, vec![new_process()?]));
    rules.extend(old_names().iter().flat_map(|nr| with_x32(*nr, Vec::new())));
    Ok(rules)
}

/// Threads are welcome, processes are not: a clone without `CLONE_THREAD` is one.
fn new_process() -> Result<SeccompRule, seccompiler::Error> {
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    let flags = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?;
    Ok(SeccompRule::new(vec![flags])?)
}

/// Calls that only the first architecture still has beside their modern forms.
#[cfg(target_arch = "x86_64")]
const fn old_names() -> &'static [i64] {
    &[
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_mkdir,
        libc::SYS_mknod,
        libc::SYS_unlink,
        libc::SYS_rmdir,
        libc::SYS_rename,
        libc::SYS_link,
        libc::SYS_symlink,
        libc::SYS_chmod,
        libc::SYS_chown,
        libc::SYS_iopl,
        libc::SYS_ioperm,
        libc::SYS_modify_ldt,
        libc::SYS_kexec_file_load,
    ]
}

/// Newer architectures were born without them.
#[cfg(not(target_arch = "x86_64"))]
const fn old_names() -> &'static [i64] {
    &[]
}

/// On x86-64 every call has a second number, that of the x32 interface.
fn with_x32(nr: i64, rule: Vec<SeccompRule>) -> Rules {
    const X32: i64 = 0x4000_0000;
    let mut rules = Rules::from([(nr, rule.clone())]);
    if cfg!(target_arch = "x86_64") {
        rules.insert(nr | X32, rule);
    }
    rules
}
