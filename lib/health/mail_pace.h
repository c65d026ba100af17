#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "health/letter.h"
#include "model/time.h"

namespace lvsd {

// How many letters go out. The first ones within a minute go one by one; from then on what happens
// is put together, and one letter a minute tells it, until a minute passes in which nothing did.
class MailPace {
 public:
  static constexpr std::size_t most_single = 10;
  static constexpr std::size_t most_listed = 200;  // lines of a letter that tells several
  static constexpr Duration window = std::chrono::minutes(1);

  // The letter, if it goes out by itself; nothing: it is told later.
  std::optional<Letter> admitted(Letter letter, Time now);

  // When the next letter that tells several is due; nothing: nothing waits.
  std::optional<Time> next_moment() const;

  // That letter, if it is time, or `now` is the end.
  std::optional<Letter> summary(Time now, bool is_end = false);

 private:
  std::optional<Time> begin_;  // of the minute
  std::size_t single_ = 0;     // letters in it
  std::vector<Letter> waiting_;
};

}  // namespace lvsd
