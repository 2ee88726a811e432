#include <cerrno>
#include <cstring>

#include "io/platform/file.h"

namespace iwant::platform {

namespace {

struct Meaning {
    int number;
    ErrorCode code;
    const char* message;  ///< null: the system's own words will do
};

constexpr Meaning kMeanings[] = {
    {ENOENT, ErrorCode::not_found, "it does not exist"},
    {ENOTDIR, ErrorCode::not_found, "a part of the path is not a folder"},
    {EEXIST, ErrorCode::already_exists, "there is already something of this name"},
    {ENOTEMPTY, ErrorCode::already_exists, "the folder is not empty"},
    {EACCES, ErrorCode::permission, "permission denied; check who may read and write it (ls -ld)"},
    {EPERM, ErrorCode::permission, "the system does not permit it"},
    {EROFS, ErrorCode::permission, "the file system is read-only; choose another folder"},
    {ENOSPC, ErrorCode::no_space, "the disk is full; free some space"},
    {EDQUOT, ErrorCode::no_space, "your disk quota is used up; free some space"},
    {EFBIG, ErrorCode::no_space, "the file is larger than this file system can hold"},
    {EMFILE, ErrorCode::limit, "too many files are open; raise the limit (ulimit -n)"},
    {ENFILE, ErrorCode::limit, "too many files are open on this computer"},
    {ENOMEM, ErrorCode::limit, "the system is out of memory"},
    {ENAMETOOLONG, ErrorCode::invalid_argument, "the name is too long for this file system"},
    {EISDIR, ErrorCode::invalid_argument, "it is a folder, not a file"},
    {EINVAL, ErrorCode::invalid_argument, nullptr},
    {ELOOP, ErrorCode::unsafe_name, "it leads through a symbolic link, which is not followed"},
    {EXDEV, ErrorCode::io, "the two places are on different disks"},
    {EIO, ErrorCode::io, "the disk reports an error; check it and its cable"},
    {ESTALE, ErrorCode::io, "the network file system has lost it; mount it again"},
    {ENODEV, ErrorCode::io, "the disk is gone"},
    {ENXIO, ErrorCode::io, "the device is gone"},
    {EBUSY, ErrorCode::busy, "the system is using it"},
    {ETXTBSY, ErrorCode::busy, "it is a program that runs now"},
};

}  // namespace

Error system_error(int number, std::string operation) {
    for (const Meaning& meaning : kMeanings) {
        if (meaning.number != number) continue;
        const char* message = meaning.message ? meaning.message : std::strerror(number);
        return Error{meaning.code, std::move(operation), message};
    }
    return Error{ErrorCode::io, std::move(operation), std::strerror(number)};
}

}  // namespace iwant::platform
