// What crosses the boundary between host and plugin is visible; everything else stays hidden.
#pragma once

#define TUTTI_API [[gnu::visibility("default")]]
