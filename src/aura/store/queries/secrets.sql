-- name: seal
-- Seal a text with pgcrypto. A random key of 32 bytes needs no slow derivation, hence s2k-mode 1.
select
    encode(
        extensions.pgp_sym_encrypt(
            %(bound)s::text, %(key)s::text, 'cipher-algo=aes256,s2k-mode=1,s2k-digest-algo=sha256'
        ),
        'base64'
    ) as sealed;

-- name: open
-- Open a sealed text; a wrong key or a changed ciphertext fails.
select extensions.pgp_sym_decrypt(decode(%(sealed)s::text, 'base64'), %(key)s::text) as bound;
