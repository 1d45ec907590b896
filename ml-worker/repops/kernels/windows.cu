// Convolution's windows, and pooling. Images lie as (n, h, w, c).

// Lengths of a convolution: images, the window's kernel, stride and padding, and the windows along each direction.
struct Window {
    u32 height, width, channels, out_height, out_width;
    u32 kernel_y, kernel_x, stride_y, stride_x, padding_y, padding_x;
};

#define WINDOW_ARGUMENTS                                                                                               \
    u32 height, u32 width, u32 channels, u32 out_height, u32 out_width, u32 kernel_y, u32 kernel_x, u32 stride_y,      \
        u32 stride_x, u32 padding_y, u32 padding_x

#define WINDOW                                                                                                         \
    { height, width, channels, out_height, out_width, kernel_y, kernel_x, stride_y, stride_x, padding_y, padding_x }

KERNEL im2col(const float* x, float* out, u64 length, WINDOW_ARGUMENTS) {
    const Window w = WINDOW;
    FOR_EACH(i, length) {
        u32 c = remainder_of(i, w.channels);
        u64 rest = quotient(i, w.channels);
        u32 kx = remainder_of(rest, w.kernel_x);
        rest = quotient(rest, w.kernel_x);
        u32 ky = remainder_of(rest, w.kernel_y);
        rest = quotient(rest, w.kernel_y);
        u32 ox = remainder_of(rest, w.out_width);
        rest = quotient(rest, w.out_width);
        u32 oy = remainder_of(rest, w.out_height);
        u64 image = quotient(rest, w.out_height);
        // Left of or above the image wraps around to beyond its end.
        u32 y = oy * w.stride_y + ky - w.padding_y, column = ox * w.stride_x + kx - w.padding_x;
        bool inside = y < w.height && column < w.width;
        out[i] = inside ? x[((image * w.height + y) * w.width + column) * w.channels + c] : 0.0f;
    }
}

KERNEL col2im(const float* columns, float* out, u64 length, WINDOW_ARGUMENTS) {
    const Window w = WINDOW;
    FOR_EACH(i, length) {
        u32 c = remainder_of(i, w.channels);
        u64 rest = quotient(i, w.channels);
        u32 x = remainder_of(rest, w.width);
        rest = quotient(rest, w.width);
        u32 y = remainder_of(rest, w.height);
        u64 image = quotient(rest, w.height);
        float sum = 0.0f;
        for (u32 ky = 0; ky < w.kernel_y; ++ky) {
            u32 from_y = y + w.padding_y - ky;
            if (y + w.padding_y < ky || from_y % w.stride_y != 0 || from_y / w.stride_y >= w.out_height) continue;
            for (u32 kx = 0; kx < w.kernel_x; ++kx) {
                u32 from_x = x + w.padding_x - kx;
                if (x + w.padding_x < kx || from_x % w.stride_x != 0 || from_x / w.stride_x >= w.out_width) continue;
                u64 row = (image * w.out_height + from_y / w.stride_y) * w.out_width + from_x / w.stride_x;
                sum = add(sum, columns[((row * w.kernel_y + ky) * w.kernel_x + kx) * w.channels + c]);
            }
        }
        out[i] = sum;
    }
}

// The element of a pooled image (n, out_height, out_width, channels), and where its window begins in the image.
struct Pooled {
    u32 channel;
    u64 begin;

    INLINE Pooled(u64 i, u32 height, u32 width, u32 channels, u32 size) {
        u32 out_height = height / size, out_width = width / size;
        channel = remainder_of(i, channels);
        u64 rest = quotient(i, channels);
        u32 ox = remainder_of(rest, out_width);
        rest = quotient(rest, out_width);
        u32 oy = remainder_of(rest, out_height);
        u64 image = quotient(rest, out_height);
        begin = ((image * height + (u64)oy * size) * width + (u64)ox * size) * channels + channel;
    }
};

KERNEL max_pool(const float* x, float* out, u32* positions, u64 length, u32 height, u32 width, u32 channels, u32 size) {
    FOR_EACH(i, length) {
        Pooled at(i, height, width, channels, size);
        float largest = x[at.begin];
        u32 position = 0;
        for (u32 y = 0; y < size; ++y) {
            for (u32 column = 0; column < size; ++column) {
                float next = x[at.begin + ((u64)y * width + column) * channels];
                if (next > largest) {
                    largest = next;
                    position = y * size + column;
                }
            }
        }
        out[i] = largest;
        positions[i] = position;
    }
}

KERNEL avg_pool(const float* x, float* out, u64 length, u32 height, u32 width, u32 channels, u32 size) {
    float count = __uint2float_rn(size * size);
    FOR_EACH(i, length) {
        Pooled at(i, height, width, channels, size);
        Tree<float> tree;
        for (u32 y = 0; y < size; ++y) {
            for (u32 column = 0; column < size; ++column) {
                tree.push(x[at.begin + ((u64)y * width + column) * channels]);
            }
        }
        out[i] = div(tree.sum(), count);
    }
}

// The point of an image (n, height, width, channels): the window that holds it, and its index there.
struct Point {
    bool pooled;
    u64 window;
    u32 position;

    INLINE Point(u64 i, u32 height, u32 width, u32 channels, u32 size) {
        u32 out_height = height / size, out_width = width / size;
        u32 channel = remainder_of(i, channels);
        u64 rest = quotient(i, channels);
        u32 x = remainder_of(rest, width);
        rest = quotient(rest, width);
        u32 y = remainder_of(rest, height);
        u64 image = quotient(rest, height);
        pooled = x / size < out_width && y / size < out_height;
        window = ((image * out_height + y / size) * out_width + x / size) * channels + channel;
        position = y % size * size + x % size;
    }
};

KERNEL max_pool_grad(const u32* positions, const float* g, float* out, u64 length, u32 height, u32 width, u32 channels,
                     u32 size) {
    FOR_EACH(i, length) {
        Point at(i, height, width, channels, size);
        out[i] = at.pooled && positions[at.window] == at.position ? g[at.window] : 0.0f;
    }
}

KERNEL avg_pool_grad(const float* g, float* out, u64 length, u32 height, u32 width, u32 channels, u32 size) {
    float count = __uint2float_rn(size * size);
    FOR_EACH(i, length) {
        Point at(i, height, width, channels, size);
        out[i] = at.pooled ? div(g[at.window], count) : 0.0f;
    }
}
