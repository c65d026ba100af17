#include "base/digest.h"

#include <nettle/base16.h>
#include <nettle/base64.h>

#include <cstdint>

namespace lvsd {

namespace {

const std::uint8_t* octets(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::uint8_t* octets(std::string& bytes) {
  return reinterpret_cast<std::uint8_t*>(bytes.data());
}

std::string hexadecimal_of(std::string_view bytes) {
  std::string out(BASE16_ENCODE_LENGTH(bytes.size()), '\0');
  base16_encode_update(out.data(), bytes.size(), octets(bytes));
  return out;
}

}  // namespace

Md5::Md5() {
  md5_init(&state_);
}

void Md5::add(std::string_view bytes) {
  md5_update(&state_, bytes.size(), octets(bytes));
}

std::string Md5::hexadecimal() {
  std::string digest(MD5_DIGEST_SIZE, '\0');
  md5_digest(&state_, digest.size(), octets(digest));
  return hexadecimal_of(digest);
}

Sha256::Sha256() {
  sha256_init(&state_);
}

void Sha256::add(std::string_view bytes) {
  sha256_update(&state_, bytes.size(), octets(bytes));
}

std::string Sha256::bytes() {
  std::string digest(SHA256_DIGEST_SIZE, '\0');
  sha256_digest(&state_, digest.size(), octets(digest));
  return digest;
}

std::string Sha256::hexadecimal() {
  return hexadecimal_of(bytes());
}

std::string base64(std::string_view bytes) {
  std::string out(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
  base64_encode_raw(out.data(), bytes.size(), octets(bytes));
  return out;
}

}  // namespace lvsd
