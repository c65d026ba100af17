#include "health/mail_pace.h"

#include <utility>

namespace lvsd {

std::optional<Letter> MailPace::admitted(Letter letter, Time now) {
  if (waiting_.empty() && (!begin_ || now - *begin_ >= window)) {
    begin_ = now;
    single_ = 0;
  }
  if (waiting_.empty() && single_ < most_single) {
    ++single_;
    return letter;
  }
  waiting_.push_back(std::move(letter));
  return std::nullopt;
}

std::optional<Time> MailPace::next_moment() const {
  return waiting_.empty() ? std::nullopt : std::optional(*begin_ + window);
}

std::optional<Letter> MailPace::summary(Time now, bool is_end) {
  if (waiting_.empty() || (!is_end && now < *begin_ + window)) return std::nullopt;
  const std::vector<Letter> told = std::exchange(waiting_, {});
  begin_ = now;
  single_ = most_single;
  if (told.size() == 1) return told.front();
  Letter all{.subject = std::to_string(told.size()) + " changes, the last: " + told.back().subject,
             .body = {}};
  // The last ones say how it is now.
  const std::size_t left_out = told.size() > most_listed ? told.size() - most_listed : 0;
  if (left_out != 0) all.body = "(" + std::to_string(left_out) + " before these)\n";
  for (std::size_t i = left_out; i < told.size(); ++i)
    all.body += told[i].subject + "\n";
  return all;
}

}  // namespace lvsd
