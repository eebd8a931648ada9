// What crosses the boundary between host and plugin is visible; everything else stays hidden.
#pragma once

#if __cplusplus < 202002L
#error "tutti's headers need C++20: link tutti::sdk, or compile with -std=c++20"
#include "tutti/needs_cplusplus_20"  // does not exist: the compiler stops here, before a page of other errors
#endif

#define TUTTI_API [[gnu::visibility("default")]]
