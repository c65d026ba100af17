#pragma once

#include <string>

#include "model/address.h"
#include "model/check.h"
#include "model/time.h"
#include "test/text/random.h"

// Random values as they can stand in a configuration that was read, the awkward ones often.

namespace lvsd::test {

// A plain word: never empty, any bytes but double quotes, line breaks and NUL.
std::string random_word(Random& random);
// The same, but three times in four nothing.
std::string random_option(Random& random);
// A word in rich quoting: never empty, any bytes.
std::string random_text(Random& random);
// None three times in four; with or without a user and a group.
Script random_script(Random& random);
Script random_program(Random& random);  // always one, without a user

// In [least, most], the ends often.
std::int64_t random_number(Random& random, std::int64_t least, std::int64_t most);
template <class T>
T random_number(Random& random, std::int64_t least, std::int64_t most) {
  return static_cast<T>(random_number(random, least, most));
}
// From `least` microseconds to 68 years.
Duration random_time(Random& random, std::int64_t least = 0);

// Any but a link-local one.
Address random_address(Random& random, Family family);

}  // namespace lvsd::test
