<?php

namespace CpanelEmu;

/**
 * Ordinary files, with one folder in another place: `/usr/local/cpanel/…` lies under the
 * emulator's root, so that the include line of the documentation works without rights to write
 * there. Every other path, and everything but the path, goes to PHP's own file wrapper.
 *
 * Runs on PHP 7.4 and later. The methods are those that PHP asks of a stream wrapper.
 */
final class FileMap
{
    private const DOCUMENTED = '/usr/local/cpanel';

    /** the folder that stands for DOCUMENTED */
    private static string $folder = '';

    /** @var resource|null set by PHP */
    public $context;

    /** @var resource|null the file or folder behind this stream */
    private $handle = null;

    /** Has all files go through this class; $folder takes the place of `/usr/local/cpanel`. */
    public static function install(string $folder): void
    {
        self::$folder = $folder;
        self::register();
    }

    public function stream_open(string $path, string $mode, int $options, ?string &$openedPath): bool
    {
        $useIncludePath = (bool) ($options & STREAM_USE_PATH);
        $this->handle = $this->open(
            fn(...$context) => @fopen(self::map($path), $mode, $useIncludePath, ...$context)
        );
        return $this->handle !== null;
    }

    /** @return string|false */
    public function stream_read(int $count)
    {
        return fread($this->handle, $count);
    }

    /** @return int|false */
    public function stream_write(string $data)
    {
        return fwrite($this->handle, $data);
    }

    public function stream_eof(): bool
    {
        return feof($this->handle);
    }

    public function stream_flush(): bool
    {
        return fflush($this->handle);
    }

    public function stream_close(): void
    {
        fclose($this->handle);
    }

    public function stream_seek(int $offset, int $whence): bool
    {
        return fseek($this->handle, $offset, $whence) === 0;
    }

    /** @return int|false */
    public function stream_tell()
    {
        return ftell($this->handle);
    }

    /** @return array|false */
    public function stream_stat()
    {
        return fstat($this->handle);
    }

    public function stream_truncate(int $size): bool
    {
        return ftruncate($this->handle, $size);
    }

    /** PHP asks with operation 0 whether locks are supported. */
    public function stream_lock(int $operation): bool
    {
        return $operation === 0 || flock($this->handle, $operation);
    }

    /** @return resource */
    public function stream_cast(int $castAs)
    {
        return $this->handle;
    }

    public function stream_set_option(int $option, int $first, ?int $second): bool
    {
        return $option === STREAM_OPTION_BLOCKING && stream_set_blocking($this->handle, (bool) $first);
    }

    /** @param mixed $value */
    public function stream_metadata(string $path, int $option, $value): bool
    {
        $file = self::map($path);
        return self::natively(static function () use ($file, $option, $value): bool {
            switch ($option) {
                case STREAM_META_TOUCH:
                    return touch($file, ...$value);
                case STREAM_META_ACCESS:
                    return chmod($file, $value);
                case STREAM_META_OWNER:
                case STREAM_META_OWNER_NAME:
                    return chown($file, $value);
                default:
                    return chgrp($file, $value);
            }
        });
    }

    /** @return array|false */
    public function url_stat(string $path, int $flags)
    {
        $file = self::map($path);
        return self::natively(static function () use ($file, $flags) {
            if ($flags & STREAM_URL_STAT_QUIET && !file_exists($file) && !is_link($file)) {
                return false;
            }
            return $flags & STREAM_URL_STAT_LINK ? lstat($file) : stat($file);
        });
    }

    public function unlink(string $path): bool
    {
        return self::natively(fn() => unlink(self::map($path)));
    }

    public function rename(string $from, string $to): bool
    {
        return self::natively(fn() => rename(self::map($from), self::map($to)));
    }

    public function mkdir(string $path, int $mode, int $options): bool
    {
        $recursive = (bool) ($options & STREAM_MKDIR_RECURSIVE);
        return self::natively(fn() => mkdir(self::map($path), $mode, $recursive));
    }

    public function rmdir(string $path, int $options): bool
    {
        return self::natively(fn() => rmdir(self::map($path)));
    }

    public function dir_opendir(string $path, int $options): bool
    {
        $this->handle = $this->open(fn(...$context) => @opendir(self::map($path), ...$context));
        return $this->handle !== null;
    }

    /** @return string|false */
    public function dir_readdir()
    {
        return readdir($this->handle);
    }

    public function dir_rewinddir(): bool
    {
        rewinddir($this->handle);
        return true;
    }

    public function dir_closedir(): bool
    {
        closedir($this->handle);
        return true;
    }

    private static function map(string $path): string
    {
        $plain = strncasecmp($path, 'file://', 7) === 0 ? substr($path, 7) : $path;
        return strncmp("{$plain}/", self::DOCUMENTED . '/', strlen(self::DOCUMENTED) + 1) === 0
            ? self::$folder . substr($plain, strlen(self::DOCUMENTED))
            : $plain;
    }

    /**
     * Opens without a warning: PHP gives its own, in the name of the page, if a stream does not open.
     *
     * @return resource|null
     */
    private function open(callable $open)
    {
        $context = $this->context === null ? array() : array($this->context);
        $handle = self::natively(static fn() => $open(...$context));
        return $handle === false ? null : $handle;
    }

    /**
     * Does something with PHP's own wrapper in place.
     *
     * @return mixed what $act returns
     */
    private static function natively(callable $act)
    {
        stream_wrapper_restore('file');
        try {
            return $act();
        } finally {
            self::register();
        }
    }

    private static function register(): void
    {
        stream_wrapper_unregister('file');
        stream_wrapper_register('file', self::class);
    }
}
