#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace iwant {

void assertion_failed(const char* condition, std::source_location where) {
    std::fprintf(stderr, "%s:%u: %s: bug: %s is false\n", where.file_name(),
                 static_cast<unsigned>(where.line()), where.function_name(), condition);
    std::abort();
}

}  // namespace iwant
