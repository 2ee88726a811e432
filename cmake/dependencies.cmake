# Every library from outside, each behind one target. Their headers are system headers: their warnings
# are not ours.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0.13 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark QUIET)

# AES-GCM with the widest instructions of x86 processors. OpenSSL does it without.
find_library(IPSEC_MB_LIBRARY IPSec_MB)
add_library(ipsec_mb INTERFACE)
if(IPSEC_MB_LIBRARY)
    target_link_libraries(ipsec_mb INTERFACE ${IPSEC_MB_LIBRARY})
    target_compile_definitions(ipsec_mb INTERFACE IWANT_IPSEC_MB)
endif()

find_library(UTF8PROC_LIBRARY utf8proc REQUIRED)
add_library(utf8proc INTERFACE)
target_link_libraries(utf8proc INTERFACE ${UTF8PROC_LIBRARY})

# Boost.Asio, Beast and JSON are header-only here; their bodies are compiled once, in boost_body.cc, instead of
# in every file that includes them.
add_library(boost STATIC ${CMAKE_CURRENT_LIST_DIR}/boost_body.cc)
target_include_directories(boost SYSTEM PUBLIC ${Boost_INCLUDE_DIRS})
target_compile_definitions(boost PUBLIC BOOST_ALL_NO_LIB BOOST_ASIO_NO_DEPRECATED
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(boost PUBLIC Threads::Threads)
# g++ 12 does not see that the frames of Asio's coroutines have their own operator new too.
target_compile_options(boost INTERFACE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-mismatched-new-delete>)

# Debian ships BLAKE3's C sources inside its Rust package; elsewhere there is a libblake3.
file(GLOB IWANT_BLAKE3_DIR /usr/share/cargo/registry/blake3-*/c)
if(IWANT_BLAKE3_DIR)
    list(GET IWANT_BLAKE3_DIR 0 IWANT_BLAKE3_DIR)
    set(IWANT_BLAKE3_SOURCES blake3.c blake3_dispatch.c blake3_portable.c)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        list(APPEND IWANT_BLAKE3_SOURCES blake3_sse2_x86-64_unix.S blake3_sse41_x86-64_unix.S
            blake3_avx2_x86-64_unix.S blake3_avx512_x86-64_unix.S)
    elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
        list(APPEND IWANT_BLAKE3_SOURCES blake3_neon.c)
    endif()
    list(TRANSFORM IWANT_BLAKE3_SOURCES PREPEND ${IWANT_BLAKE3_DIR}/)
    add_library(blake3 STATIC ${IWANT_BLAKE3_SOURCES})
    target_include_directories(blake3 SYSTEM PUBLIC ${IWANT_BLAKE3_DIR})
else()
    find_package(blake3 CONFIG REQUIRED)
    add_library(blake3 ALIAS BLAKE3::blake3)
endif()
