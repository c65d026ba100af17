#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "lvsctl/top.h"

// A whole screen and its keys, for `top`.

namespace lvsd::ctl {

class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual std::size_t width() const = 0;
  virtual std::size_t height() const = 0;
  virtual void draw(const std::vector<ScreenLine>& lines) = 0;
  // The next key, or nothing when none came in time, or the screen has another size.
  virtual std::optional<Pressed> key(std::chrono::milliseconds limit) = 0;
};

// This process's, by ncurses; as it was before when the object goes. Null: there is none.
std::unique_ptr<Terminal> open_terminal(bool color);

}  // namespace lvsd::ctl
