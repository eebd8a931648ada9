// How the program was started, for hints that can be typed as they are.
#pragma once

#include <string>

namespace tutti::launch {

/// Takes the name from the launcher, which says how it was started itself, or else from the command line.
void set_program_name(const char* first_argument);

/// "./tutti" through the launcher, "tutti" or a path otherwise; in quotes where a shell needs them.
const std::string& program_name();

}  // namespace tutti::launch
