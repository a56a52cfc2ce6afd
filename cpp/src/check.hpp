// Errors of the caller, with the values that were given.
#pragma once

#include <sstream>
#include <stdexcept>

namespace sharpem {

/// Throws std::invalid_argument; the parts are joined to its message.
template <class... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
  std::ostringstream message;
  (message << ... << parts);
  throw std::invalid_argument(message.str());
}

}  // namespace sharpem
