/* Tokens and key sets made by another library (the npm package jose), with keys that exist nowhere else. */
#ifndef SSO_VECTORS_H
#define SSO_VECTORS_H

static const char key_set[] =
	"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"k9D6hXBEfNxsqCqnoexsT09QGNJbhuzR6MnlI2Hv6D5VgtWzMcdGSnG8m2iaTSimbdvMJ"
	"Lxkd_IaKAju2DoPD5Z3wwK7SGkKBB4CY6Mv4wJARR2QM0rzF5RN-XmWsGLVZd9-spSZNEwJjkOXxSU7OjCSawSGS5B9USuYO"
	"2rbhZcDpOhpGclULhuJw84yLXX7wYDmZa8--Nvyp1n4coywCUkRHurYAMubwetrVJtgNsC_oNjEeqmqwjSH66Rt9838eBvuz"
	"iOIMO1mqz3-sOdywj6NwOGuNwLvVWPrsTH--dEVssvYlVStg5Gwu3MrdLkaLg9x2v6SK2_w9DzecadkJQ\",\"e\":\"AQAB\",\"k"
	"id\":\"rs256\",\"use\":\"sig\"},{\"kty\":\"RSA\",\"n\":\"pEbyhX9g4uyb1RRPW5f4I9XTARTIiGId8lcL8LMTAA56ztsqoVg3S"
	"7VN5LLBsI-IFzr7YYN7hF_NABRNamZ1AsDtBhdAZLFfyJbJZrHI9ARJjMi4XizUA6zkPtiK8ulEt_2X7UodQ6M-iUrnsif52"
	"RFxMzKfQjBhGgMFY0SAAvv7hVZj77fE7P4FlVez5w6_G6ZthKbAF9TYXqo1xka0G5ZGHPOxlFgrj9ajowTirxEVNIu2Gp4aY"
	"WR1rd9U2iZ88RExvBhKc8UfJH9GMc-yubdrsD0RJU7T9UREsTWwhEHt2Hqtub1I0mZkyWSa4xF_NR5f_hpzax2AYFjJKAP0m"
	"w\",\"e\":\"AQAB\",\"kid\":\"rs512\",\"use\":\"sig\"},{\"kty\":\"RSA\",\"n\":\"0c7G9q_e0c4f6Yb1TFegbjHMLxGBEgb8qlG1H"
	"lVWE0YAC2W7_XOrTztRNQkTCdBDT2FB-IHUOGWVWMa7ZsMpLjgvJIHrjW2y1mJz3_SekEdVF6hOURZsyTAMj9MTD51JknDSU"
	"nTU-IgB6Xj6UuKo1jsbKLPZC6CH354n5JxEQr-NR22zKAmn_zjOsTCKEyDxsZpi6TiQDm5LNWu4Oiea37Q5mkmGgB-0UwdVt"
	"eti_tRPp-Wkk9W8cYzRrTxzPsC0BBV0h_5L6KeaUMsKRtSnhZ6ubW6bA55OIcSJ8sG06cEbRjO8aTI7hWeGibauM8I8lb7Tj"
	"bZz2x99dTtiMhJ1hw\",\"e\":\"AQAB\",\"kid\":\"ps256\",\"use\":\"sig\"},{\"kty\":\"EC\",\"x\":\"wyz75Zv-jkJy2g2zLTl4gW"
	"vfeR4jJh6YK1hw8_fe6yY\",\"y\":\"zusnKweIJRGAYT4sQkJVZOwadlOJ9dijICu2sIp0EFI\",\"crv\":\"P-256\",\"kid\":\"es"
	"256\",\"use\":\"sig\"},{\"kty\":\"EC\",\"x\":\"XpPV3WWeyQjFAexfP9tqj3lVLq8NilR1q-9FEA6ZLRtGRXK72OznZFldlKGdZ"
	"pIS\",\"y\":\"7TmiTy2YjvXWBLCggFTEHHx0KVVauojceLNIoLb0zFI-FDO8YFOdQAyQBQUnQVt0\",\"crv\":\"P-384\",\"kid\":"
	"\"es384\",\"use\":\"sig\"},{\"kty\":\"EC\",\"x\":\"AJF70wbEqHBl9QI7H9tf5GhOohy7uyvjOUJc3slsVT_YglpAMh_JcQQoO1"
	"vUQkxs9FqY_57zQ2Voj2TtYP4aTgIj\",\"y\":\"AVuSQz4kDqhNUzOfrQrEHnVgQ4HkoBlZEruayIj-Ej7Eo7il7uCTP7iCJgN"
	"36F7zzDWgWI7n5-oTYXFeuwIpoIr9\",\"crv\":\"P-521\",\"kid\":\"es512\",\"use\":\"sig\"},{\"crv\":\"Ed25519\",\"x\":\"Yn"
	"urJaI-0_hAboWPLpWoAxAqC8Y92Uk7cc8hWgW7ivY\",\"kty\":\"OKP\",\"kid\":\"eddsa\",\"use\":\"sig\"}]}";

static const struct vector { const char *alg, *token; } vectors[] = {
	{ "RS256",
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InJzMjU2In0.eyJzdWIiOiJhZGEiLCJhbGciOiJSUzI1NiJ9.ZH-nbZB-x9H1zPE77aQ"
	"PiAk5vgmm9GE8gxouGzE3o5rsHoJVQploxbTSFUteaQ_I_59O17HlgvMQPrG074ZcjIZ0NV6R7F5Anq3LsIVhbNvKF-N6r1Z"
	"35HYuxXLGSl6z7T_jCI92qy0MTOzk6at2jR_9ChwY4Fh7PvswWWoGrnoqGyHRg4bPGkrcg8x9MGwwlbDirOSrT-XEQwJvHqD"
	"YrPXE4-V8g81AoVWqEvoBCrlvIcow8D_LCatlB0G_QPCCAlXUR1kb9lEd9N2cTcVWIsmYaKM14y8KCebXLZzo6JK9cGbYNBM"
	"mGwj-oxsTdqt3bXgTvQIZmY_JPSkGCJxp8Q" },
	{ "RS512",
	"eyJhbGciOiJSUzUxMiIsImtpZCI6InJzNTEyIn0.eyJzdWIiOiJhZGEiLCJhbGciOiJSUzUxMiJ9.a0dKpC_zwEiPw_WZuV8"
	"28pwOvSq8294z07GmMmfdE1SCI0rllOfqPo7O9jq-_SAsQGqQhBzJXiD161qIC-_u8SlIQNBqLcEnbyKjr_sa5KjCcUSfK-H"
	"qvizqehMtcJdvieMqfNjIRb56LLqua0bMALCAUNgwv8SC3UxuWXgLd_jS5v4GhIV-lPHGY-fXYcETdIt_wAVcl4MPEUnCQpV"
	"NcrmhVgmdOEOEl8UcVmowXLbcqRfADhoN1dLLGKzURjMMPHnLU36mOxQzdHzNs1kkvFeN8elrFoqSyeo3E8O8yGSyUynx4wS"
	"XygMBBMjz4Mob1cnRxSR_Qap_jNVITHUQmw" },
	{ "PS256",
	"eyJhbGciOiJQUzI1NiIsImtpZCI6InBzMjU2In0.eyJzdWIiOiJhZGEiLCJhbGciOiJQUzI1NiJ9.Bx-RVqbL-RxUUdxrKiM"
	"D9CSEdSNEpI9C6a88eKiP3Ki4naOXRuuZxU798n-jqohVe5eZp8H7TFHQuXT5Ic_rqxzkCQlAqfMb3nvIaKR6nIVldojQlD0"
	"EDoZP8gvHyP_KfzlxNtuStsfh-JwGADmd1F7e7PzE1dBPSJ5eaDSem4EVPiSsjb9VQFQc7XvYdWb1P87XHWLSsbY5kh4n01c"
	"xIoRCSoz7UKdtYROaG619EoOaQd3SqkNPe9wMHuBqNT00NUNN_RhW-XavCt0SIz9q5Lpjy_P4-3Yd96b8UCvqtjMva4IXUZb"
	"pyEPLt6XxaujzSrDPg0ln4sr-OC7j0b9LcA" },
	{ "ES256",
	"eyJhbGciOiJFUzI1NiIsImtpZCI6ImVzMjU2In0.eyJzdWIiOiJhZGEiLCJhbGciOiJFUzI1NiJ9.cz8yv6PvEVVubh9ZLoj"
	"yoWmid2DczqMfopdhgmXFyTPcFkiIdtE9V7sFXnVT9EQ33UjPqIIn_rvjrxw0dDRM7A" },
	{ "ES384",
	"eyJhbGciOiJFUzM4NCIsImtpZCI6ImVzMzg0In0.eyJzdWIiOiJhZGEiLCJhbGciOiJFUzM4NCJ9.Z21V-WlARl4ki41rA1w"
	"i3gZ1g4a3OI4Y7qePls1pcFXb5M4jS7SAU9-zNKrJXlhPtO8lSnuD_aWNehV80KF1rBNoXPI4pP4ZLX-YG6jWlX0YcDt0ftw"
	"YxibUB5ORhA6U" },
	{ "ES512",
	"eyJhbGciOiJFUzUxMiIsImtpZCI6ImVzNTEyIn0.eyJzdWIiOiJhZGEiLCJhbGciOiJFUzUxMiJ9.AJuIMAjtCgP4SV5l6cD"
	"pe58rKOmnHqgd8XNCTQULMh0nscAFlcgWqvKYn8C33L2rC5DqX0aKLb2jaAFzd7Ee2an7AU13AIjCTViknU5a35kEHfM35KF"
	"A91DfE04aO_O-CgurnZRbz2QMOwi723cX3x7FzbYODdmqT-IjYc81ez-5W5Q4" },
	{ "EdDSA",
	"eyJhbGciOiJFZERTQSIsImtpZCI6ImVkZHNhIn0.eyJzdWIiOiJhZGEiLCJhbGciOiJFZERTQSJ9.qNC_lsQzm-TVUDhf8Yg"
	"ZuHJckwG09tmDX4wbm2t5hc2B5jFL0QxMz_VKoaxc2S1UO0HA3Gr_kNFB3tcOFsSKAA" },
};

/* HMAC-SHA-256 with the text of a public key of the set for a secret. */
static const char confused[] =
	"eyJhbGciOiJIUzI1NiIsImtpZCI6InJzMjU2In0.eyJzdWIiOiJtYWxsb3J5In0.ubQxCyj7-TgYvaGywOigLwFwfQuH26_W"
	"B2b_3YjODQk";

static const char unsigned_token[] =
	"eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYWxsb3J5In0.";

static const char small_set[] =
	"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"pusSRXfqWV2Ioc5xUCGc8e98cUg1r__ogF2b4E2Z8S6NgrRg10hi4oTXxYQk0aEYYQPH0"
	"H1iZI9HFgyNdQcL3_hUVPlsELVi06X5eVAY7y0QrpFUovwkgDnqq-f2-gJYl7GjHO4H82Ianc2R_2mgxXQHZSwmk74JzkRjH"
	"Z5o-Fk\",\"e\":\"AQAB\",\"kid\":\"small\"}]}";
static const char small_token[] =
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InNtYWxsIn0.eyJzdWIiOiJtYWxsb3J5In0.VamO8FzbcdAulq9m65ffQPgUNVb589IO"
	"_30N8WMCO68UlP8iYaGr2XsMGWLKNCOz2AvWWT_6usqemF60MxoSx25qAWeUTqH22Imbb0vG5ODa0j8sFmYtrOdPoRIxymoQ"
	"bzbnw-6MPIjCZ_S4B-SpWWLM6pSJIfp1Q51uEuvnWHQ";

static const char crit_set[] =
	"{\"keys\":[{\"crv\":\"Ed25519\",\"x\":\"blb0Zo6NkGI1PswFAhBT6lmPn8Ym5BChTbFDywipJXw\",\"kty\":\"OKP\",\"kid\":\"c"
	"rit\"}]}";
static const char crit_token[] =
	"eyJhbGciOiJFZERTQSIsImtpZCI6ImNyaXQiLCJjcml0IjpbImV4cCJdfQ.eyJzdWIiOiJtYWxsb3J5In0.r84lNftiJRo-1"
	"wVtzIJhL6dXNZsFIbwcSLqW6JzlAWtvRDQHxJjRTiusKez6LhFLxTJmNXxiCUBde4badnXpDQ";

#endif
