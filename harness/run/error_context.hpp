// Says where in a run an error happened.
#pragma once

#include <string>

#include "tutti/error.hpp"

namespace tutti::run {

/// Calls `call`. An Error that it throws keeps its type, and its text begins with `context()`, such as "step 40, copy
/// 1".
template <typename Context, typename Call>
auto with_context(Context context, Call call) {
  try {
    return call();
  } catch (const NotFiniteError& error) {
    throw NotFiniteError(context() + ": " + error.what());
  } catch (const FileError& error) {
    throw FileError(context() + ": " + error.what());
  } catch (const Error& error) {
    throw Error(context() + ": " + error.what());
  }
}

}  // namespace tutti::run
