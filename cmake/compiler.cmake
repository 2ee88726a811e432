# How everything is compiled: warnings are errors, hardening is on, ccache is used where it is there.

add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wall> $<$<COMPILE_LANGUAGE:CXX>:-Wextra>
    $<$<COMPILE_LANGUAGE:CXX>:-Wpedantic> $<$<COMPILE_LANGUAGE:CXX>:-Wshadow>
    # The std::stable_sort of libstdc++ 12 uses what C++17 deprecated, and clang says so.
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-deprecated-declarations>
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
add_compile_options(-fstack-protector-strong -fno-omit-frame-pointer)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# g++ 12 sees overlapping copies in std::string that are not there (GCC bug 105329).
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -Wno-restrict")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -D_FORTIFY_SOURCE=2")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g1")
add_link_options(-Wl,-z,relro,-z,now)

if(IWANT_SANITIZE)
    add_compile_options(-fsanitize=${IWANT_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${IWANT_SANITIZE})
    # g++ 12 sees uninitialised values in sanitized std::optional and std::variant that are not there.
    add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
endif()
if(IWANT_SANITIZE MATCHES "thread")
    # Asio's fences are not seen by the sanitizer; its own atomics are.
    add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-tsan>)
endif()
if(IWANT_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
    # Precompiled headers need these relaxations (ccache manual, "Precompiled headers"); with paths taken
    # relative to the sources, another clone of the same sources finds what this one compiled.
    set(IWANT_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${IWANT_LAUNCHER})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${IWANT_LAUNCHER})
    add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
endif()
