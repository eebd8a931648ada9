// Where in a run something went wrong, said before what.
#pragma once

#include <string>

#include "tutti/error.hpp"

namespace tutti::run {

/// Calls `call`. An Error that it throws gets `place()`, "step 40, copy 1", before its text and keeps its type.
template <typename Place, typename Call>
auto at_place(Place place, Call call) {
  try {
    return call();
  } catch (const NotFiniteError& error) {
    throw NotFiniteError(place() + ": " + error.what());
  } catch (const FileError& error) {
    throw FileError(place() + ": " + error.what());
  } catch (const Error& error) {
    throw Error(place() + ": " + error.what());
  }
}

}  // namespace tutti::run
